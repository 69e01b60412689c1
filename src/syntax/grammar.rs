//! The parser that pest makes of `grammar/duecare.pest`.

use pest::Parser as _;
use pest::iterators::Pair;
use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "grammar/duecare.pest"]
struct DueParser;

pub(super) type ParseError = pest::error::Error<Rule>;

/// One declaration from its keyword to its end.
pub(super) fn parse_declaration(text: &str) -> Result<Pair<'_, Rule>, Box<ParseError>> {
    let mut pairs = DueParser::parse(Rule::lone_declaration, text).map_err(Box::new)?;
    pairs
        .next()
        .and_then(|file| file.into_inner().find(|pair| pair.as_rule() == Rule::declaration))
        .and_then(|declaration| declaration.into_inner().next())
        .ok_or_else(|| {
            let message = "this declaration could not be understood".to_owned();
            Box::new(pest::error::Error::new_from_span(
                pest::error::ErrorVariant::CustomError { message },
                pest::Span::new(text, 0, text.len()).unwrap_or(
                    pest::Position::from_start(text).span(&pest::Position::from_start(text)),
                ),
            ))
        })
}
