use super::{Citation, Days, Name, Place, Text};
use crate::value::Date;

/// `policy NAME VERSION { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its name, which all versions share.
    pub name: Name,
    /// Which version.
    pub version: semver::Version,
    /// What it is called in reports.
    pub title: Option<Text>,
    /// Who answers for it.
    pub owner: Option<Text>,
    /// `draft`, `stable` or `retired`.
    pub status: Option<Name>,
    /// When it is in force.
    pub effective: Option<Days>,
    /// When it should be looked at again.
    pub review_by: Option<Date>,
    /// The record it judges.
    pub applies_to: Option<Name>,
    /// Files whose declarations it uses.
    pub uses: Vec<Text>,
    /// Remarks.
    pub notes: Vec<Text>,
    /// Where.
    pub span: Place,
}

/// `source NAME { ... }`: a document that rules cite.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name in citations.
    pub name: Name,
    /// Its title.
    pub title: Option<Text>,
    /// Who issued it.
    pub issuer: Option<Text>,
    /// When.
    pub issued: Option<Date>,
    /// Where it can be read.
    pub url: Option<Text>,
    /// Digest of the document, if it was kept.
    pub digest: Option<Text>,
    /// Remarks, such as what is unverified.
    pub notes: Vec<Text>,
    /// What it asks for, item by item.
    pub items: Vec<SourceItem>,
    /// Where.
    pub span: Place,
}

/// One item of a source, in our own words.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceItem {
    /// Its name in citations.
    pub name: Name,
    /// What it says.
    pub text: Text,
    /// The items of other sources that it says again.
    pub restates: Vec<Citation>,
}
