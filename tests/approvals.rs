//! Who approved what: statements that are signed, what is required, and what is refused.

use std::io;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use duecare::diagnostic::Level;
use duecare::digest::Digest;
use duecare::ledger::key::PrivateKey;
use duecare::ledger::note::KeyUse;
use duecare::loader::Loaded;
use duecare::review::approval::{
    ApproverKey, Approvers, Envelope, Signed, Standing, Statement, Wish, approve, check,
};
use duecare::review::published::Extent;
use duecare::review::{Comparison, Version};
use duecare::value::Instant;

use crate::publishing::{BASE, Files, LIST, LOCK, POLICY, USED, version};
use crate::support::command::{Ran, duecare_in};
use crate::support::read;

const FOLDER: &str = "policies/test/approvals";
const APPROVERS: &str = "policies/approvers.yaml";
const SIGNED_AT: &str = "2022-01-15T10:00:00Z";

/// The key of somebody, always the same.
fn key(number: u8) -> PrivateKey {
    PrivateKey::from_seed(&[number; 32], "approver", KeyUse::Log).unwrap()
}

fn public(number: u8) -> String {
    ApproverKey::new(*key(number).public().key()).to_string()
}

/// Ann and Ben of the lawyers, Cyd of compliance with two keys, one of which has ended; two lawyers and one of
/// compliance are needed.
fn approvers() -> String {
    format!(
        "form: duecare.approvers/1
require:
  - role: legal
    at_least: 2
  - role: compliance
    at_least: 1
approvers:
  - name: Ann Example
    roles: [legal]
    keys:
      - key: {}
        from: 2022-01-01
  - name: Ben Example
    roles: [legal, compliance]
    keys:
      - key: {}
        from: 2022-01-01
  - name: Cyd Example
    roles: [compliance]
    keys:
      - key: {}
        from: 2021-01-01
        until: 2022-01-01
      - key: {}
        from: 2022-01-01
",
        public(1),
        public(2),
        public(3),
        public(4)
    )
}

/// What a person signs with a key at a time.
#[derive(Clone, Copy)]
struct By(&'static str, &'static str, u8, &'static str);

const ANN: By = By("Ann Example", "legal", 1, SIGNED_AT);
const BEN: By = By("Ben Example", "legal", 2, SIGNED_AT);
const CYD: By = By("Cyd Example", "compliance", 4, SIGNED_AT);

/// Policies with approvers.
trait Approved: Sized {
    fn begun() -> Self;
    fn approved() -> Self;
    fn signed(&self, path: &str, by: By) -> Result<Signed, String>;
    fn sign(&mut self, path: &str, by: By) -> String;
    fn judge(&self, path: &str, is_required: bool) -> (Loaded, Option<Standing>);
    fn said(&self, path: &str) -> Vec<String>;
    fn refusal(&self) -> String;
}

fn list_of(files: &Files, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let inside: Vec<PathBuf> =
        files.0.keys().filter(|path| path.parent() == Some(folder)).cloned().collect();
    if inside.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(inside) }
}

impl Approved for Files {
    fn begun() -> Self {
        let mut files = Self::published();
        files.set(APPROVERS, &approvers());
        files
    }

    /// The sample, approved by all who have to.
    fn approved() -> Self {
        let mut files = Self::begun();
        for by in [ANN, BEN, CYD] {
            files.sign(POLICY, by);
        }
        files
    }

    fn signed(&self, path: &str, By(name, role, number, at): By) -> Result<Signed, String> {
        let loaded = self.load(&[path], Extent::Loaded);
        let wish = Wish {
            by: name.to_owned(),
            role: role.to_owned(),
            at: Instant::parse(at).unwrap(),
            difference: None,
            comment: None,
        };
        let approvers = Approvers::parse(self.text(APPROVERS).as_bytes()).unwrap();
        let (policy, sources) = (&loaded.policies[0], &loaded.sources);
        approve(policy, sources, &approvers, wish, &key(number), Path::new(FOLDER))
            .map_err(|problem| problem.to_string())
    }

    fn sign(&mut self, path: &str, by: By) -> String {
        let signed = self.signed(path, by).unwrap();
        let path = signed.path.to_str().unwrap().to_owned();
        self.set(&path, &signed.text);
        path
    }

    fn judge(&self, path: &str, is_required: bool) -> (Loaded, Option<Standing>) {
        let mut loaded = self.load(&[path], Extent::Loaded);
        let mut standings = check(
            &mut loaded,
            is_required,
            Path::new(BASE),
            &mut |path| self.read(path),
            &mut |folder| list_of(self, folder),
        );
        (loaded, standings.remove(Path::new(path)))
    }

    /// What is found, with codes.
    fn said(&self, path: &str) -> Vec<String> {
        let (loaded, _) = self.judge(path, true);
        let errors = loaded.diagnostics.iter().any(|found| found.level() == Level::Error);
        assert_eq!(errors, loaded.policies.is_empty(), "{:#?}", loaded.diagnostics);
        loaded.diagnostics.iter().map(|found| format!("{} {}", found.code, found.message)).collect()
    }

    /// Why the sample is not approved.
    fn refusal(&self) -> String {
        let said = self.said(POLICY);
        let refusal = said.iter().find(|said| said.starts_with("DC0908"));
        refusal.unwrap_or_else(|| panic!("{said:#?}")).clone()
    }
}

#[test]
fn who_approved_is_named() {
    let files = Files::approved();
    assert_eq!(files.said(POLICY), Vec::<String>::new());
    let (loaded, standing) = files.judge(POLICY, true);
    assert!(standing.unwrap().is_approved());
    let approvals = &loaded.policies[0].approvals;
    assert!(approvals.are_complete());
    let named: Vec<(&str, &str, &str)> = approvals
        .entries
        .iter()
        .map(|entry| (entry.by.as_str(), entry.role.as_str(), entry.at.as_str()))
        .collect();
    let mut sorted = named.clone();
    sorted.sort_unstable();
    let expected = [
        ("Ann Example", "legal", SIGNED_AT),
        ("Ben Example", "legal", SIGNED_AT),
        ("Cyd Example", "compliance", SIGNED_AT),
    ];
    assert_eq!(sorted, expected);
    // Where nobody asks, a version without approvals is used, and says that it has none.
    let files = Files::published();
    let (loaded, _) = files.judge(POLICY, false);
    assert!(loaded.policies[0].approvals.entries.is_empty());
    assert!(!loaded.policies[0].approvals.are_complete());
    assert_eq!(
        files.refusal(),
        "DC0908 `test` 1.0.0 is not approved as it stands: no `approvers.yaml` lies in a folder above it, which says who may approve"
    );
}

#[test]
fn so_many_of_each_role_are_needed() {
    let mut files = Files::begun();
    let missing = |files: &Files| files.refusal().split_once("stands: ").unwrap().1.to_owned();
    assert_eq!(
        missing(&files),
        "0 of 2 approvals in the role `legal`; 0 of 1 approvals in the role `compliance`"
    );
    files.sign(POLICY, ANN);
    files.sign(POLICY, CYD);
    assert_eq!(missing(&files), "1 of 2 approvals in the role `legal`");
    // One person counts once, in the role in which they approved last.
    files.sign(POLICY, By("Ben Example", "compliance", 2, SIGNED_AT));
    assert_eq!(missing(&files), "1 of 2 approvals in the role `legal`");
    let mut later = files.clone();
    later.sign(POLICY, By("Ben Example", "legal", 2, "2022-01-16T10:00:00Z"));
    assert_eq!(later.said(POLICY), Vec::<String>::new());
}

#[test]
fn one_person_counts_once_whatever_their_keys() {
    let mut files = Files::begun();
    let both = format!("      - key: {}\n        from: 2022-01-01\n", public(5));
    files.edit(APPROVERS, "  - name: Ben", &format!("{both}  - name: Ben"));
    for by in [ANN, CYD, By("Ann Example", "legal", 5, "2022-01-16T10:00:00Z")] {
        files.sign(POLICY, by);
    }
    let said = files.said(POLICY).join("\n");
    assert!(said.contains("1 of 2 approvals in the role `legal`"), "{said}");
    assert!(said.contains("`Ann Example` has approved it again later"), "{said}");
}

/// A quorum that was whole is refused once the approval by Ann counts no more.
fn refused_after(change: impl Fn(&mut Files)) -> String {
    let mut files = Files::approved();
    change(&mut files);
    let said = files.said(POLICY);
    let idle = said.iter().find(|said| said.starts_with("DC0714"));
    let refusal = files.refusal();
    if let Some(idle) = idle {
        let why = idle.split_once("does not count: ").unwrap().1;
        assert!(refusal.contains(why), "{said:#?}");
    }
    refusal
}

#[test]
fn keys_that_were_revoked_or_have_expired_count_for_nothing() {
    let ann = format!("{}\n        from: 2022-01-01\n", public(1));
    let with = |more: &str| {
        let changed = format!("{ann}{more}");
        refused_after(|files| files.edit(APPROVERS, &ann, &changed))
    };
    let revoked = with(
        "        revoked:\n          on: 2022-03-01\n          because: the laptop was lost\n",
    );
    assert!(
        revoked.contains("its key was revoked on 2022-03-01: the laptop was lost"),
        "{revoked}"
    );
    assert!(revoked.contains("1 of 2 approvals in the role `legal`"), "{revoked}");
    let expired = with("        until: 2022-01-15\n");
    assert!(
        expired.contains("it was signed on 2022-01-15, and its key had expired on 2022-01-15"),
        "{expired}"
    );
    let early = refused_after(|files| {
        files.edit(APPROVERS, &ann, &ann.replace("2022-01-01", "2022-01-16"));
    });
    assert!(early.contains("and its key is valid from 2022-01-16"), "{early}");
    // What was signed while a key was valid goes on counting.
    let mut files = Files::approved();
    files.edit(APPROVERS, &ann, &format!("{ann}        until: 2022-01-16\n"));
    assert_eq!(files.said(POLICY), Vec::<String>::new());
    // And nobody can sign with such a key.
    let ended = Files::begun().signed(POLICY, By("Cyd Example", "compliance", 3, SIGNED_AT));
    assert_eq!(
        ended.unwrap_err(),
        "the approval would not count: it was signed on 2022-01-15, and its key had expired on 2022-01-01"
    );
}

#[test]
fn who_may_not_approve_cannot() {
    let files = Files::begun();
    let refused = |by: By| files.signed(POLICY, by).unwrap_err();
    let stranger = refused(By("Ann Example", "legal", 9, SIGNED_AT));
    assert!(stranger.starts_with("no approver has this key"), "{stranger}");
    assert_eq!(
        refused(By("Ann Example", "compliance", 1, SIGNED_AT)),
        "the approval would not count: `Ann Example` does not have the role `compliance`"
    );
    assert_eq!(
        refused(By("Ben Example", "legal", 1, SIGNED_AT)),
        "the approval would not count: it says that `Ben Example` approves, and its key is one of `Ann Example`"
    );
    let mut draft = files.clone();
    draft.0.remove(Path::new(LOCK));
    draft.edit(POLICY, "status stable", "status draft");
    assert!(draft.signed(POLICY, ANN).unwrap_err().contains("a draft is not approved"));
    // Who loses a role or a key has not approved any more.
    let role = refused_after(|files| {
        files.edit(APPROVERS, "roles: [compliance]", "roles: [compliance, legal]");
        files.edit(APPROVERS, "roles: [legal]", "roles: [compliance]");
    });
    assert!(role.contains("`Ann Example` does not have the role `legal`"), "{role}");
    let mut gone = Files::approved();
    let text = approvers();
    let cyd = text.find("  - name: Cyd").unwrap();
    gone.set(APPROVERS, &text[..cyd]);
    let said = gone.said(POLICY).join("\n");
    assert!(said.contains("DC0907") && said.contains("a key that no approver has"), "{said}");
}

#[test]
fn what_was_changed_after_it_was_approved_is_not_approved() {
    let changed = |path: &'static str, from: &'static str, to: &'static str| {
        refused_after(|files| {
            files.0.remove(Path::new(LOCK));
            files.edit(path, from, to);
        })
    };
    let comment = changed(POLICY, "flag tested", "// why\nflag tested");
    assert!(comment.contains("only layout or comments are others, it says the same"), "{comment}");
    let meaning = changed(POLICY, "weight 5", "weight 6");
    assert!(
        meaning.contains("the text was changed after it was approved, and says something else"),
        "{meaning}"
    );
    let used = changed(USED, "record subject", "enum new_word { one, two }\nrecord subject");
    assert!(used.contains("says something else"), "{used}");
    let list = changed(LIST, "Ben", "Bea");
    assert!(list.contains("the list `known` was changed after it was approved"), "{list}");
}

/// What can be given an end too.
const GAP: &str = "gap left_out \"Left out\" {
  cites s i
  kind excluded
  because \"a test\"
  accepted by \"A. Example\" on 2022-01-01
}";

#[test]
fn an_end_takes_no_approval_away_and_nothing_else_passes_for_one() {
    let mut files = Files::approved();
    files.edit(POLICY, "effective 2022-01-01", "effective 2022-01-01 until 2022-06-01");
    files.publish(&[POLICY], "2022-05-01").unwrap();
    assert_eq!(files.said(POLICY), Vec::<String>::new());
    // With an end that was approved, another one somewhere else is a change.
    let mut files = Files::sample();
    files.set(APPROVERS, &approvers());
    files.set(POLICY, &version("1.0.0", "2022-01-01 until 2022-06-01"));
    files.edit(POLICY, "decision {", &format!("{GAP}\ndecision {{"));
    for by in [ANN, BEN, CYD] {
        files.sign(POLICY, by);
    }
    assert_eq!(files.said(POLICY), Vec::<String>::new());
    files.edit(POLICY, "on 2022-01-01", "on 2022-01-01 until 2022-06-01");
    let said = files.said(POLICY).join("\n");
    assert!(said.contains("says something else"), "{said}");
}

#[test]
fn any_changed_byte_of_an_approval_is_refused_and_named() {
    let files = Files::approved();
    let path = files.judge(POLICY, true).1.unwrap().holds[0].path.clone();
    let bytes = files.0[&path].clone();
    for place in 0..bytes.len() {
        for bit in [0, 1, 5, 7] {
            let mut changed = files.clone();
            changed.0.get_mut(&path).unwrap()[place] ^= 1 << bit;
            let (loaded, _) = changed.judge(POLICY, false);
            let is_named = loaded.diagnostics.iter().any(|found| {
                found.code.id() == "DC0907" && found.message.contains(path.to_str().unwrap())
            });
            assert!(loaded.policies.is_empty() && is_named, "byte {place}, bit {bit}");
        }
    }
    // Line ends of another system are no change, and another end is.
    let text = files.text(path.to_str().unwrap());
    let with = |text: String| {
        let mut changed = files.clone();
        changed.set(path.to_str().unwrap(), &text);
        changed.said(POLICY).join("\n")
    };
    assert_eq!(with(text.replace('\n', "\r\n")), "");
    for other in [
        String::new(),
        format!("{text}\n"),
        format!("\u{feff}{text}"),
        text.replacen("  \"payload\"", " \"payload\"", 1),
        text.replacen("\"payloadType\"", "\"extra\": 1,\n  \"payloadType\"", 1),
        text.replace("application/vnd.in-toto+json", "text/plain"),
        text.replacen("  \"payload\": \"", "  \"payload\": \"x\",\n  \"payload\": \"", 1),
    ] {
        assert!(with(other).contains("DC0907"));
    }
    // A second signature, even a true one, is not passed over.
    let start = text.find("    {\n").unwrap();
    let end = text.find("    }\n").unwrap();
    let twice = format!("{}    }},\n{}", &text[..end], &text[start..]);
    let said = with(twice);
    assert!(said.contains("it has 2 signatures, and an approval has one"), "{said}");
}

#[test]
fn what_is_published_without_approvals_is_published_and_told() {
    let machine = Machine::with_approvers();
    machine.done(&APPROVE_ANN);
    let published = machine.done(&["publish", "test@1.0.0"]);
    assert!(published.out.contains("test 1.0.0: published, in force"), "{}", published.out);
    for words in [
        "warning: `test` 1.0.0 is published, and is not approved as it stands: 0 of 1 approvals in the role `compliance`",
        "help: let it be approved: `duecare approve policies/test/1.0.0.due --as \"NAME, ROLE\" --key FILE`",
    ] {
        assert!(published.err.contains(words), "{words}: {}", published.err);
    }
    machine.done(&APPROVE_BEN);
    let again = machine.done(&["publish", "test@1.0.0"]);
    assert!(!again.err.contains("approved"), "{}", again.err);
    // Where nobody says who approves, nothing is missing.
    let plain = Machine::begun().done(&["publish", "test@1.0.0"]);
    assert!(!plain.err.contains("approved"), "{}", plain.err);
}

/// Who may approve is said by hand: what a changed byte can do is take approvals away, not lend one.
#[test]
fn a_changed_byte_among_the_approvers_lends_no_approval() {
    let files = Files::approved();
    let bytes = files.0[Path::new(APPROVERS)].clone();
    let approved = |files: &Files| {
        let (loaded, _) = files.judge(POLICY, true);
        let keys = |policy: &duecare::loader::Policy| {
            policy.approvals.entries.iter().map(|entry| entry.by.clone()).collect::<Vec<_>>()
        };
        loaded.policies.first().map(keys)
    };
    let whole = approved(&files).unwrap();
    let mut refused = 0;
    for place in 0..bytes.len() {
        for bit in [0, 1, 2, 4] {
            let mut changed = files.clone();
            changed.0.get_mut(Path::new(APPROVERS)).unwrap()[place] ^= 1 << bit;
            match approved(&changed) {
                None => refused += 1,
                Some(named) => assert_eq!(named, whole, "byte {place}, bit {bit}"),
            }
        }
    }
    assert!(refused > bytes.len() * 3, "{refused} of {}", bytes.len() * 4);
}

#[test]
fn an_approval_of_another_version_is_none() {
    const NEXT: &str = "policies/test/2.0.0.due";
    let mut files = Files::sample();
    files.set(APPROVERS, &approvers());
    files.set(POLICY, &version("1.0.0", "2022-01-01 until 2022-06-01"));
    files.set(NEXT, &version("2.0.0", "2022-06-01"));
    for by in [ANN, BEN, CYD] {
        files.sign(POLICY, by);
    }
    assert_eq!(files.said(POLICY), Vec::<String>::new());
    let said = files.said(NEXT).join("\n");
    assert!(said.contains("0 of 2 approvals in the role `legal`"), "{said}");
    let copies: Vec<(String, String)> = list_of(&files, Path::new(FOLDER))
        .unwrap()
        .iter()
        .map(|path| (path.to_str().unwrap().to_owned(), files.text(path.to_str().unwrap())))
        .collect();
    for (path, text) in copies {
        files.set(&path.replace("1.0.0", "2.0.0"), &text);
    }
    let said = files.said(NEXT);
    let named = said.iter().filter(|said| said.starts_with("DC0907")).count();
    assert_eq!(named, 3, "{said:#?}");
    assert!(said.join("\n").contains("what it says belongs into a file `test@1.0.0."), "{said:#?}");
}

#[test]
fn what_does_not_belong_among_approvals_is_refused() {
    let mut files = Files::approved();
    files.set("policies/test/approvals/notes.txt", "for later\n");
    let said = files.said(POLICY).join("\n");
    assert!(
        said.contains("DC0907 the approval `policies/test/approvals/notes.txt` cannot be used")
    );
    let mut files = Files::approved();
    files.0.remove(Path::new(APPROVERS));
    let said = files.said(POLICY).join("\n");
    assert!(said.contains("DC0906 there are approvals in `policies/test/approvals`"), "{said}");
    let mut files = Files::approved();
    files.set("approvers.yaml", &approvers());
    let said = files.said(POLICY).join("\n");
    assert!(said.contains("DC0906") && said.contains("both `policies/approvers.yaml`"), "{said}");
}

#[test]
fn approvers_that_are_not_understood_are_refused() {
    let said = |from: &str, to: &str| {
        let text = approvers();
        assert!(text.contains(from), "{from}");
        Approvers::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err().to_string()
    };
    let key = public(1);
    for (from, to, expected) in [
        ("approvers/1", "approvers/2", "it has the form `duecare.approvers/2`"),
        ("at_least: 2", "at_least: 0", "`at_least: 0` of the role `legal` requires nothing"),
        (
            "at_least: 2",
            "at_least: 3",
            "3 approvals in the role `legal` are required, and 2 of the approvers have it",
        ),
        (
            "  - role: compliance\n",
            "  - role: legal\n    at_least: 1\n  - role: compliance\n",
            "the role `legal` is required twice",
        ),
        (
            "roles: [legal]",
            "roles: [leagl]",
            "`Ann Example` has the role `leagl`, which `require` does not name",
        ),
        ("roles: [compliance]", "roles: []", "`Cyd Example` has no role"),
        (
            "name: Ben Example",
            "name: Ann Example",
            "`Ann Example` stands twice among the approvers",
        ),
        ("name: Ann Example", "name: null", "`name` must be one line of text, and is `null`"),
        ("name: Ann Example", "name: ''", "`name` must be one line of text"),
        ("        from: 2022-01-01\n", "", "missing field `from`"),
        (
            "        from: 2022-01-01\n",
            "        from: 2022-01-01\n        until:\n",
            "a key of `Ann Example`: ",
        ),
        (
            "        from: 2022-01-01\n",
            "        from: 2022-01-01\n        revoked:\n",
            "approvers[0].keys[0].revoked",
        ),
        (
            "        from: 2022-01-01\n",
            "        from: 2022-01-01\n        from: 2022-01-01\n",
            "duplicate field `from`",
        ),
        (
            "        from: 2022-01-01\n",
            "        from: 2022-01-01\n        revokd: x\n",
            "unknown field `revokd`",
        ),
        ("from: 2022-01-01", "from: 2022-02-30", "a key of `Ann Example`: `2022-02-30`"),
        (
            "until: 2022-01-01",
            "until: 2021-01-01",
            "a key of `Cyd Example`: it ends before it begins",
        ),
        (key.as_str(), public(2).as_str(), "a key of `Ben Example` is one of `Ann Example` too"),
        (
            key.as_str(),
            "ed25519:AAAA",
            "a key of `Ann Example`: `ed25519:AAAA`: it is no public key",
        ),
        // A point of small order, under which anything verifies.
        (
            key.as_str(),
            "ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "it is no public key",
        ),
        (
            "require:\n  - role: legal\n    at_least: 2\n  - role: compliance\n    at_least: 1\n",
            "require: []\n",
            "it requires nothing",
        ),
    ] {
        let said = said(from, to);
        assert!(said.contains(expected), "{to}: {said}");
    }
}

/// A payload that is signed and says something else than approvals say.
fn signed_payload(change: impl Fn(String) -> String) -> String {
    let signed = Files::begun().signed(POLICY, ANN).unwrap();
    let payload = String::from_utf8(signed.statement.to_payload().unwrap()).unwrap();
    let envelope = Envelope::sign(change(payload).into_bytes(), &key(1));
    let approvers = Approvers::parse(approvers().as_bytes()).unwrap();
    Signed::read(&signed.path, &envelope.to_text(), &approvers).unwrap_err().to_string()
}

#[test]
fn what_is_signed_must_be_an_approval() {
    let statement = |from: &'static str, to: &'static str| {
        signed_payload(move |text| {
            assert!(text.contains(from), "{text}");
            text.replacen(from, to, 1)
        })
    };
    for (from, to, expected) in [
        ("Statement/v1", "Statement/v0.1", "its type is `https://in-toto.io/Statement/v0.1`"),
        ("approval/v1", "approval/v2", "its type is `https://duecare.example/approval/v2`"),
        ("\"role\":\"legal\"", "\"role\":\"legal\",\"until\":\"2030\"", "unknown field `until`"),
        ("\"role\":\"legal\"", "\"role\":\"legal\",\"role\":\"x\"", "duplicate field `role`"),
        ("\"role\":\"legal\",", "", "missing field `role`"),
        ("test@1.0.0\"", "test\"", "`test` is not a policy and a version"),
        ("test@1.0.0/known", "other@1.0.0/known", "`other@1.0.0/known` is no list of `test@1.0.0`"),
        ("2022-01-15T10:00:00Z", "2022-01-15T11:00:00+01:00", "is not in UTC"),
        ("\"subject\":[{", "\"subject\":[],\"x\":[{", "unknown field `x`"),
        ("\"key\":\"", "\"key\":\"0", "its `key` is not 64 hexadecimal digits"),
    ] {
        let said = statement(from, to);
        assert!(said.contains(expected), "{to}: {said}");
    }
}

/// The bytes that an approval is: whoever reads `docs/publishing.md` must come to the same.
#[test]
fn the_form_is_what_the_page_says() {
    let signed = Files::begun().signed(POLICY, ANN).unwrap();
    let text = signed.text.as_str();
    let encoded = text.split('"').nth(3).unwrap();
    let payload = String::from_utf8(Base64::decode_vec(encoded).unwrap()).unwrap();
    assert_eq!(Statement::parse(payload.as_bytes()).as_ref(), Ok(&signed.statement));
    insta::assert_snapshot!(format!("{}\n\n{text}\n{payload}", signed.path.display()));
}

/// The sample in a folder of a machine.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn begun() -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap() };
        for (path, bytes) in &Files::sample().0 {
            machine.write(path.to_str().unwrap(), std::str::from_utf8(bytes).unwrap());
        }
        machine.write(
            "roster.jsonl",
            "{\"id\": \"S-1\", \"flag\": true, \"t\": \"Ann\"}\n{\"id\": \"S-2\"}\n",
        );
        machine
    }

    /// Ann and Ben have keys and may approve; both have to.
    fn with_approvers() -> Self {
        let machine = Self::begun();
        let mut lines = String::new();
        for (name, file) in
            [("Ann Example, legal", "ann.key"), ("Ben Example, compliance", "ben.key")]
        {
            let made = machine.done(&["approve", "--new-key", file, "--as", name]);
            lines.push_str(&made.out);
        }
        machine.write(
            "policies/approvers.yaml",
            &format!("form: duecare.approvers/1\nrequire:\n  - role: legal\n    at_least: 1\n  - role: compliance\n    at_least: 1\napprovers:\n{lines}"),
        );
        machine
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        duecare_in(self.folder.path(), arguments, &mut |_| {})
    }

    /// Runs what has to succeed.
    fn done(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        ran
    }

    fn eval(&self, more: &[&str]) -> Ran {
        let eval =
            ["eval", "--policy", "test@1.0.0", "--roster", "roster.jsonl", "--as-of", "2022-03-01"];
        self.run(&[&eval, more].concat())
    }
}

const APPROVE_ANN: [&str; 6] =
    ["approve", "test@1.0.0", "--as", "Ann Example, legal", "--key", "ann.key"];
const APPROVE_BEN: [&str; 6] =
    ["approve", "test@1.0.0", "--as", "Ben Example, compliance", "--key", "ben.key"];

#[test]
fn the_program_signs_and_asks_for_approvals() {
    let machine = Machine::with_approvers();
    let refused = machine.run(&["check", "--approved"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("DC0908"), "{}", refused.err);
    assert!(refused.err.contains("0 of 1 approvals in the role `legal`"), "{}", refused.err);
    let refused = machine.eval(&["--require-approved"]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{}", refused.err);
    assert!(refused.err.contains("`test` 1.0.0 is not approved as it stands"), "{}", refused.err);
    let signed = machine.done(&APPROVE_ANN);
    assert!(signed.out.starts_with("policies/test/approvals/test@1.0.0."), "{}", signed.out);
    assert!(
        signed.err.contains("It is not approved yet: 0 of 1 approvals in the role `compliance`"),
        "{}",
        signed.err
    );
    let signed = machine.done(&APPROVE_BEN);
    assert!(signed.err.contains("It has all approvals that it needs."), "{}", signed.err);
    let checked = machine.done(&["check", "--approved"]);
    assert!(checked.err.contains("1 version is approved"), "{}", checked.err);
    let decided = machine.eval(&["--require-approved"]);
    assert_eq!(decided.code, 0, "{}", decided.err);
    let decision: serde_json::Value =
        serde_json::from_str(decided.out.lines().next().unwrap()).unwrap();
    let approvals = decision["policy"]["approvals"].as_array().unwrap();
    let mut by: Vec<&str> = approvals.iter().map(|one| one["by"].as_str().unwrap()).collect();
    by.sort_unstable();
    assert_eq!(by, ["Ann Example", "Ben Example"]);
    // Publishing and approving may come in either order.
    machine.done(&["publish", "test@1.0.0"]);
    machine.done(&["check", "--approved"]);
    // A comment is enough.
    let text = std::fs::read_to_string(machine.path(POLICY)).unwrap();
    machine.write(POLICY, &text.replace("flag tested", "// why\nflag tested"));
    assert!(machine.eval(&[]).err.contains("DC0902"));
    std::fs::remove_file(machine.path(LOCK)).unwrap();
    let refused = machine.eval(&["--require-approved"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("it says the same"), "{}", refused.err);
    let decided = machine.eval(&[]);
    assert!(decided.code == 0 && !decided.out.contains("approvals"), "{}", decided.out);
    assert!(decided.err.contains("the policy has 2 warnings"), "{}", decided.err);
}

#[test]
fn the_program_signs_nothing_that_would_not_count() {
    let machine = Machine::with_approvers();
    let with = |more: &[&str]| machine.run(&[&["approve", "test@1.0.0"], more].concat());
    let refused = with(&["--as", "Ann Example, legal", "--key", "ben.key"]);
    assert!(
        refused.code == 3 && refused.err.contains("its key is one of `Ben Example`"),
        "{}",
        refused.err
    );
    let refused = with(&["--as", "Ann Example", "--key", "ann.key"]);
    assert!(
        refused.code == 3 && refused.err.contains("is not a name and a role"),
        "{}",
        refused.err
    );
    machine.done(&["approve", "--new-key", "other.key", "--as", "Dee Example, legal"]);
    let refused = with(&["--as", "Dee Example, legal", "--key", "other.key"]);
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("no approver has this key"), "{}", refused.err);
    assert!(refused.err.contains("- key: ed25519:"), "{}", refused.err);
    let refused = machine.run(&[
        "approve",
        "policies/test",
        "--as",
        "Ann Example, legal",
        "--key",
        "ann.key",
    ]);
    assert!(
        refused.code == 2 && refused.err.contains("does not name one version"),
        "{}",
        refused.err
    );
    machine.done(&["publish", "test@1.0.0"]);
    machine.write(LIST, "# as of 2022-01-01\nAnn\n");
    let refused = machine.run(&APPROVE_ANN);
    assert!(refused.code == 2 && refused.err.contains("DC0902"), "{}", refused.err);
    assert!(!machine.path(FOLDER).exists());
}

#[test]
fn the_difference_that_was_read_is_named() {
    let machine = Machine::with_approvers();
    machine.write("policies/test/1.0.0.due", &version("1.0.0", "2022-01-01 until 2022-06-01"));
    machine.write(
        "policies/test/2.0.0.due",
        &version("2.0.0", "2022-06-01").replace("weight 5", "weight 6"),
    );
    let signed = machine.done(&[
        "approve",
        "test@2.0.0",
        "--as",
        "Ann Example, legal",
        "--key",
        "ann.key",
        "--diff-from",
        "test@1.0.0",
        "--comment",
        "Seen with the business",
    ]);
    let said = signed.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("its difference from test@1.0.0, sha256:"), "{said}");
    let text = std::fs::read_to_string(machine.path(signed.out.trim())).unwrap();
    let payload = Base64::decode_vec(text.split('"').nth(3).unwrap()).unwrap();
    let statement = Statement::parse(&payload).unwrap();
    let difference = statement.difference.unwrap();
    assert_eq!(difference.from, "test@1.0.0");
    assert_eq!(statement.comment.as_deref(), Some("Seen with the business"));
    // The digest is that of the comparison as it is written.
    let load = |path: &str| {
        let path = machine.path(path);
        duecare::loader::load(&[path], &mut |path| std::fs::read(path))
    };
    let (old, new) = (load("policies/test/1.0.0.due"), load("policies/test/2.0.0.due"));
    let compared = Comparison::of(
        Version { policy: &old.policies[0], sources: &old.sources },
        Version { policy: &new.policies[0], sources: &new.sources },
    );
    let compared = compared.unwrap().witnessed(&old.policies[0], &new.policies[0]);
    let text = compared.to_json();
    assert!(text.contains("\"weight\"") && text.ends_with("}\n"), "{text}");
    assert_eq!(difference.digest, Digest::of(text.as_bytes()));
    // Nobody reads the difference of a version from itself, and not from what was changed after it was published.
    let with = |old: &str| machine.run(&[&APPROVE_ANN[..], &["--diff-from", old]].concat());
    let itself = with("test@1.0.0");
    assert!(itself.code == 3 && itself.err.contains("is the very version"), "{}", itself.err);
    machine.done(&["publish", "test@2.0.0"]);
    machine.write("policies/test/copy.due", &version("2.0.0", "2022-06-01"));
    let changed = with("policies/test/copy.due");
    assert!(changed.code == 2 && changed.err.contains("with another text"), "{}", changed.err);
}

#[test]
fn a_version_is_approved_before_it_is_published_with_the_end_of_the_one_before() {
    let machine = Machine::with_approvers();
    machine.done(&["publish", "test@1.0.0"]);
    machine.write(POLICY, &version("1.0.0", "2022-01-01 until 2099-06-01"));
    let next = version("2.0.0", "2099-06-01").replace("weight 5", "weight 6");
    machine.write("policies/test/2.0.0.due", &next);
    let approve = ["approve", "test@2.0.0", "--as", "Ann Example, legal", "--key", "ann.key"];
    machine.done(&[&approve[..], &["--diff-from", "test@1.0.0"]].concat());
    let again = machine.done(&[&approve[..], &["--diff-from", "test@1.0.0"]].concat());
    assert!(again.err.contains("the last counts"), "{}", again.err);
    machine.done(&["publish", "policies"]);
}

#[test]
fn the_difference_may_be_from_a_revision() {
    let machine = Machine::with_approvers();
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.org"])
            .args(arguments)
            .current_dir(machine.path("."))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "policies"]);
    git(&["commit", "--quiet", "--message", "policies"]);
    let text = std::fs::read_to_string(machine.path(POLICY)).unwrap();
    machine.write(POLICY, &text.replace("weight 5", "weight 6"));
    let old = format!("HEAD:{POLICY}");
    let signed = machine.done(&[&APPROVE_ANN[..], &["--diff-from", &old]].concat());
    let text = std::fs::read_to_string(machine.path(signed.out.trim())).unwrap();
    let payload = Base64::decode_vec(text.split('"').nth(3).unwrap()).unwrap();
    let difference = Statement::parse(&payload).unwrap().difference.unwrap();
    let now = duecare::loader::load(&[machine.path(POLICY)], &mut |path| std::fs::read(path));
    assert_eq!(difference.from, "test@1.0.0");
    assert_ne!(difference.from_digest, now.policies[0].digest);
}

#[test]
fn recorded_decisions_name_approvals_and_are_decided_again() {
    let machine = Machine::with_approvers();
    machine.done(&["ledger", "init", "--origin", "example.org/log", "--ledger", "log"]);
    machine.done(&APPROVE_ANN);
    let ledger = ["--ledger", "log", "--quiet"];
    assert_eq!(machine.eval(&ledger).code, 0);
    machine.done(&APPROVE_BEN);
    assert_eq!(machine.eval(&[&ledger[..], &["--require-approved"]].concat()).code, 0);
    assert_eq!(machine.eval(&ledger).code, 0);
    // What becomes of the approvals afterwards changes nothing that was recorded.
    std::fs::remove_dir_all(machine.path(FOLDER)).unwrap();
    std::fs::remove_file(machine.path(APPROVERS)).unwrap();
    let replayed = machine.done(&["replay", "--ledger", "log"]);
    let identical = format!("{}{}", replayed.out, replayed.err);
    assert!(identical.contains("6 IDENTICAL, 0 DIFFERENT, 0 NOT REPLAYABLE"), "{identical}");
    machine.done(&["ledger", "verify", "--ledger", "log"]);
    let shown = machine
        .done(&["ledger", "show", "--ledger", "log", "--kind", "approval", "--format", "jsonl"]);
    let approvals: Vec<serde_json::Value> =
        shown.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let by: Vec<&str> =
        approvals.iter().map(|leaf| leaf["entry"]["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["Ann Example", "Ben Example"]);
    let started = machine.done(&[
        "ledger",
        "show",
        "--ledger",
        "log",
        "--kind",
        "run_started",
        "--format",
        "jsonl",
    ]);
    let named: Vec<usize> = started
        .out
        .lines()
        .map(|line| {
            let leaf: serde_json::Value = serde_json::from_str(line).unwrap();
            leaf["entry"]["policies"][0]["approvals"].as_array().unwrap().len()
        })
        .collect();
    assert_eq!(named, [1, 2, 2]);
}

/// The page shows a file of approvers that can be used.
#[test]
fn the_sample_of_the_page_is_understood() {
    let page = read("docs/publishing.md");
    let start = page.find("```yaml\n").unwrap() + "```yaml\n".len();
    let sample = &page[start..];
    let approvers = Approvers::parse(&sample.as_bytes()[..sample.find("```").unwrap()]).unwrap();
    let roles: Vec<(&str, usize)> =
        approvers.requirements.iter().map(|one| (one.role.as_str(), one.at_least)).collect();
    assert_eq!(roles, [("legal", 1), ("compliance", 1)]);
}

#[test]
fn the_history_of_a_policy_is_told() {
    let machine = Machine::with_approvers();
    machine.write(POLICY, &version("1.0.0", "2022-01-01 until 2022-06-01"));
    let next = version("1.1.0", "2022-06-01").replace("weight 5 because", "weight 6 because");
    machine.write("policies/test/1.1.0.due", &next);
    machine.done(&["publish", "test@1.0.0"]);
    machine.done(&APPROVE_ANN);
    machine.done(&APPROVE_BEN);
    let approve_next =
        APPROVE_ANN.map(|word| if word == "test@1.0.0" { "test@1.1.0" } else { word });
    machine.done(&approve_next);
    let told = machine.done(&["log", "test", "--format", "json"]);
    let history: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((&history["format"], &history["name"]), (&"duecare.log/1".into(), &"test".into()));
    let [new, old] = history["versions"].as_array().unwrap().as_slice() else {
        panic!("{}", told.out)
    };
    assert_eq!((&new["version"], &old["version"]), (&"1.1.0".into(), &"1.0.0".into()));
    assert_eq!((&new["approved"], &old["approved"]), (&false.into(), &true.into()));
    assert_eq!(new["lacks"][0], "0 of 1 approvals in the role `compliance`");
    assert_eq!(new["approvals"][0]["by"], "Ann Example");
    assert_eq!(old["approvals"].as_array().unwrap().len(), 2);
    assert_eq!(new["published"], serde_json::Value::Null);
    assert!(old["published"].is_string() && old["change"].is_null(), "{old}");
    let change = &new["change"];
    assert_eq!((&change["from"], &change["line"]), (&"1.0.0".into(), &"1 stricter".into()));
    assert_eq!(
        (&change["step"]["needed"], &change["step"]["taken"]),
        (&"minor".into(), &"minor".into())
    );
    let table = machine.done(&["log", "policies/test/1.0.0.due"]);
    for said in
        ["Ann Example (legal); not complete", "Ben Example (compliance)", "1 stricter", "not yet"]
    {
        let cells = table.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            cells.contains(said) || table.out.contains(said.split(' ').next().unwrap()),
            "{}",
            table.out
        );
    }
    assert!(
        table.err.contains("test 1.1.0: 0 of 1 approvals in the role `compliance`"),
        "{}",
        table.err
    );
    let page = machine.done(&["log", "test", "--format", "md"]);
    assert!(
        page.out.contains("| 1.1.0 | from 2022-06-01 | not yet | minor | 1 stricter | Ann Example (legal); not complete |"),
        "{}",
        page.out
    );
    // A history that was tampered with is not told.
    machine.write(LIST, "# as of 2022-01-01\nAnn\n");
    let refused = machine.run(&["log", "test"]);
    assert!(refused.code == 2 && refused.err.contains("DC0902"), "{}", refused.err);
}
