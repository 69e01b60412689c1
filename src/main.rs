use std::path::PathBuf;
fn main() {
    let paths: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let loaded = duecare::loader::load(&paths, &mut |p| std::fs::read(p));
    for d in &loaded.diagnostics {
        println!(
            "{}\n",
            duecare::diagnostic::render(
                d,
                &loaded.sources,
                duecare::diagnostic::Style { color: false, width: 120 }
            )
        );
    }
    println!("{} policies", loaded.policies.len());
}
