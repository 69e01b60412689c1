use std::fmt;

use serde::Serialize;

/// Whether a finding keeps a policy from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The policy cannot be used.
    Error,
    /// The policy can be used; somebody should look.
    Warning,
    /// Worth knowing.
    Note,
}

/// Declares the registry: variant, number, level, title, explanation. Numbers are never used again.
macro_rules! codes {
    ($($variant:ident $id:literal $level:ident $title:literal $explanation:literal)*) => {
        /// The kind of a finding. Numbers are stable and never used for anything else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code, by number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The number, as `DC0301`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// Whether it keeps the policy from being used.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)* }
            }

            /// What it is about, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Why it is reported and what to do.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation,)* }
            }
        }
    };
}

codes! {
    UnexpectedText "DC0101" Error "text that does not belong here"
        "The text is not what can stand at this place. The message lists what could. The rest of the declaration is not looked at; the next declaration is."
    UnclosedDeclaration "DC0102" Error "a bracket or quote that is not closed"
        "A declaration opens a bracket, a brace or a quote and does not close it before the next declaration begins."
    NestedTooDeep "DC0103" Error "brackets nested too deep"
        "Conditions may be nested 64 brackets deep, far beyond what a person can read. Give parts of the condition names with `define`."
    OutsideDeclaration "DC0104" Error "text outside any declaration"
        "A file consists of declarations, each of which begins a line with its keyword: `policy`, `record`, `enum`, `source`, `param`, `list`, `rates`, `define`, `flag`, `prohibition`, `control`, `exception`, `gap`, `not collected`, `decision`."
    ClauseRepeated "DC0105" Error "a clause given twice"
        "This clause may stand once in a declaration."
    ClauseMissing "DC0106" Error "a clause that is missing"
        "The declaration cannot be understood without this clause."
    MalformedValue "DC0107" Error "a value that does not exist"
        "The text has the form of a value but is none: a date that is not in the calendar, an unknown country or currency, a number with too many digits."
    FileUnreadable "DC0108" Error "a file that cannot be read"
        "A file that the policy uses is missing, cannot be read, is not UTF-8 text, or is larger than a policy may be."
    UseCycle "DC0109" Error "files that use each other"
        "A file uses itself, directly or through others. Move what both need into a third file."

    Misplaced "DC0111" Error "a declaration in the wrong file"
        "A file with a `policy` declaration holds one policy. A file without one is shared by policies through `use` and holds records, enums, sources, lists, rates, params and defines only."

    FileEmpty "DC0112" Error "a file with nothing in it"
        "The file holds nothing but blanks and comments, so whoever names it as a policy, or uses it, or takes a list from it, relies on nothing."

    ListUndated "DC0113" Error "a list that can grow stale and has no date"
        "`stale after` needs to know which day the list is of. Begin the file with a line `# as of DATE`."

    UnknownName "DC0201" Error "a name that nothing bears"
        "No field of the record, parameter, list, definition or rule has this name. In data this would be an unknown fact; in a policy it is a mistake."
    DuplicateName "DC0202" Error "a name given twice"
        "Names of parameters, lists, definitions, rules and fields share one space, so that a condition can be read without knowing which of them is meant."
    UnknownType "DC0203" Error "a type that does not exist"
        "The type is neither built in nor declared as a `record` or an `enum`."
    UnknownChoice "DC0204" Error "a value that the enum does not have"
        "An enum has the values it lists and no others."
    UnknownSource "DC0205" Error "a citation of nothing"
        "A citation names a `source` and one of its `item`s. Both must be declared, in this file or in one it uses."
    UnknownRule "DC0206" Error "a rule that does not exist"
        "The clause names a flag, prohibition or control that this policy does not have, or one of the wrong kind."
    CircularDefinition "DC0207" Error "a definition that leads back to itself"
        "A definition, parameter or rule may not depend on itself, directly or through others. The language has no recursion, so every evaluation ends."
    UnknownWord "DC0208" Error "a word that is not one of the choices"
        "The clause takes one of a few fixed words."
    ReservedName "DC0209" Error "a name that cannot be used"
        "The word begins a clause or joins conditions. A field of that name could not be written in a condition."

    TypeMismatch "DC0301" Error "types that do not fit"
        "Both sides of a comparison, and all values of a list, must be of one type; percentages are no numbers, dates are no texts."
    NotACondition "DC0302" Error "a value where a condition is needed"
        "A condition is something that is yes or no: a yes/no field, a comparison, or conditions joined by `and`, `or`, `not`."
    NotAValue "DC0303" Error "a condition where a value is needed"
        "A value is a field, a number, a date, a text and so on."
    NotAList "DC0304" Error "one value where a list is needed"
        "`exists`, `every`, `count of`, `sum of` and windows look at the elements of a list. To ask whether a single field has a value, write `has`."
    UnguardedNone "DC0305" Error "a field that may be none, compared without asking"
        "Order and arithmetic need a value. Where the record says `or none`, ask first: `has x and x > 3`. Inside `where`, `having` and `every ... has` this is not needed: there a comparison with none is no."
    CalendarPeriod "DC0306" Error "months or years where a fixed length is needed"
        "Months and years differ in length. They can be added to a date, and bound a window; two lengths of time cannot be compared through them."
    InexactEquality "DC0307" Error "equality with a computed amount"
        "Sums, averages, shares and the like (not counts) are compared with `<`, `<=`, `>`, `>=`. Whether one equals an exact value cannot be settled while some of its parts are unknown."
    WindowNotGrowing "DC0308" Error "a window condition that more elements could make false"
        "`in any D of L (C)` holds when some window satisfies C. With elements unknown this can only be decided if further elements never make C false: count and compare with `>=`, do not negate."
    Division "DC0309" Error "a division by something other than a fixed number"
        "A division by zero has no answer. Divide by a number or a parameter that is not zero, or compare products: `a >= c * b` instead of `a / b >= c`."
    NoTimeField "DC0310" Error "a list without times"
        "Windows, `in the last` and `longest unbroken` need to know when an element happened. Mark the field with `time` in the record, or name it: `by FIELD`."
    IsKnownMisplaced "DC0311" Error "`is known` outside controls and levels"
        "A prohibition or flag must not hang on whether somebody collected a fact: it would turn missing data into an answer. `is known` may stand in controls and in the levels of the decision."
    NoValueToAggregate "DC0312" Error "nothing to add up or compare"
        "The list leads to elements, not to an amount. Continue the path to a field of the elements: `sum of payments.amount`."
    NestedTooOften "DC0313" Error "lists inside lists inside lists"
        "A list condition may contain another list condition, and that one none. Give the inner part a name in the record, or split the rule."
    Scope "DC0314" Error "a name that has no meaning here"
        "`it` stands for the element of a list of plain values, inside its `where`. `score` and outcomes of rules can be asked in the decision, in `required when` and in `raised ... when`."
    ManyValues "DC0315" Error "a path through a list where one value is needed"
        "The path leads to as many values as the list has elements. Ask about the list: `exists profiles where (name is ...)`, `count of`, `inconsistent(...)`."
    PeersMisplaced "DC0316" Error "a comparison between subjects where it has no meaning"
        "`peers sharing` counts the other subjects that have a value in common with the subject. It stands on its own, after `count of` or `exists`; it is of one field of the record, or of fields of one element of one list; and what is asked of the elements in `where` is asked of every subject alike, so it can ask neither for rules nor for other comparisons."

    CitationMissing "DC0401" Error "a rule without a source"
        "Every prohibition, flag, control and gap says which item of which source it comes from: `cites SOURCE ITEM`. A rule of your own cites a source of your own, such as a risk assessment."
    NeverHolds "DC0402" Error "a condition that cannot hold"
        "Whatever the data, the rule can never be hit: it would look like diligence and be none."
    AlwaysHolds "DC0403" Error "a condition that always holds"
        "Whatever the data, the condition holds, so it says nothing. A negated one never holds."
    AssumeInProhibition "DC0404" Error "an assumption in a prohibition"
        "`assume` settles a missing fact by decision of the company. What the law forbids is not the company's to assume."
    AnswerWithoutDate "DC0405" Error "a control that answers a flag without a date"
        "A control answers a flag only when it was done on or after the newest evidence of the flag. Say when it was done with `dated`, or that the date does not matter with `at any time`."
    Placeholder "DC0407" Error "a placeholder without a value"
        "What stands in braces in `says` must be named in the condition with `as`, or be a parameter."
    CapOverlap "DC0408" Error "a flag under two caps"
        "A flag may stand under one cap; otherwise the score depends on which is applied first."
    RaisedNotHigher "DC0409" Error "`raised to` that raises nothing"
        "The stronger form of a flag must have a higher severity or weight than the flag itself."
    LevelOrder "DC0410" Error "levels that are not in order"
        "The levels of the decision are given once, from the lowest to the highest, and each but the lowest has one condition or is the `unsettled` level."

    VersionsOverlap "DC0501" Error "two versions in force on one day"
        "On every day at most one stable version of a policy is in force. End the older one with `until` on the first day of the newer."
    DatesOutOfOrder "DC0502" Error "an end before its beginning"
        "The last day, which is not included, must come after the first."
    DatedValueDead "DC0503" Error "a dated value that never applies"
        "The value ends before the policy begins, or begins after the policy ends, or on the day of another one."
    DatedValueHole "DC0504" Error "a parameter without a value on some days"
        "From the first day of the policy on, some value must be in force. A later day never falls back on an older value that was not meant for it, so give the first value the first day of the policy."
    CitesLaterSource "DC0505" Error "a citation of something that was not out yet"
        "A version cites only what had been issued on its first day: otherwise a policy written later would pass for one that was in force."
    VersionsApart "DC0506" Error "versions that do not belong together"
        "A folder holds the versions of one policy, each version once, without a day on which none is in force between the first and the last."

    DecisionMissing "DC0601" Error "a policy without a decision"
        "A policy says what its rules come to: `decision { levels ...  unsettled ... }`."
    ClearWhileUnsettled "DC0603" Error "a decision that could be clear while facts are missing"
        "The level given by `unsettled` must be above the lowest one: a subject about whom something is unknown is never reported clear."
    TopLevelByScore "DC0604" Error "a top level that flags alone can reach"
        "The highest level stops business with a person. Only a prohibition can: flags are indicators, and no number of them is a finding of fact."
    MustHaveNotCollected "DC0605" Error "a fact that must be there and is not collected"
        "What the decision must have can never be accepted away with `not collected`."

    Unused "DC0701" Warning "a declaration that nothing uses"
        "The parameter, list or definition has no effect. Use it or remove it."
    ReasonMissing "DC0702" Warning "a number without its reason"
        "A threshold, or a weight that differs from that of its severity, is a judgement that somebody will have to defend: say why with `because`, or whose it is with `cites`."
    RestsOnOrigin "DC0703" Warning "a flag that rests on who somebody is"
        "The flag can be hit by nationality, name, ethnicity or language alone. Anti-discrimination law forbids that (8 USC 1324b; Title VII), and such a flag says nothing about conduct. Compare what is claimed with what is documented, or look at behaviour."
    DeceptiveText "DC0704" Warning "characters that are not what they look like"
        "The text has characters that change the direction of writing or look like other letters. A reader could approve something else than what is evaluated."
    FieldHidden "DC0705" Warning "a field of the element that hides one of the record"
        "Inside the brackets of a list, the field of the element is meant, not the field of the same name of the record."
    EveryOfNothing "DC0706" Warning "`every` over a list that may be empty"
        "Every element of an empty list satisfies anything. If that must not count, add `exists L and`."
    LastsWithoutDate "DC0707" Warning "a control that lasts but has no date"
        "Without `dated` nobody can tell when the control runs out, so it counts as done too long ago."
    ControlMirrorsFlag "DC0708" Warning "a control that only negates its flag"
        "A control is something the company did. That an indicator is absent is no diligence."
    NotAccepted "DC0709" Warning "something left out that nobody has accepted"
        "A gap, or a fact that is not collected, is a decision of the company: say who made it with `accepted by`, and until when. One that has run out before the policy begins is no longer accepted."
    NoneIsNot "DC0711" Warning "`is not` with a field that may be none"
        "`x is not A` also holds when there is no x. If that is not meant, write `has x and x is not A`."
    GlobMatchesAll "DC0713" Warning "a pattern that matches everything"
        "The pattern `*` matches every text, so the comparison says nothing."
    ApprovalIdle "DC0714" Warning "an approval that does not count"
        "Somebody signed this approval, and it holds for nothing: the version was changed afterwards, the key was revoked or had expired, or the person does not have the role. Decisions do not name it. The version can be used all the same, unless approval is asked for."
    StepTooSmall "DC0715" Warning "a version number that says less than what changed"
        "Who reads decisions by a machine tells from the number what to expect of a version: after a patch nobody gets another decision; after a minor step rules were added or thresholds moved; after a major one rules, levels or their kinds are gone or others. What changes from the version before asks for a larger step. A version that is published keeps its number and is not asked about."

    NestedCost "DC0801" Note "a list condition inside another"
        "The inner list is looked through once for every element of the outer one, so the cost grows with the product of their lengths."

    LockUnusable "DC0901" Error "a lock of published versions that cannot be used"
        "`published.lock` says what is published and is written by `duecare publish` alone. It was changed by something else, cannot be read, or is of a newer form; then nobody can tell whether published texts stayed as they were. Take it back from where your files are kept; after a merge, take one side whole and publish the versions of the other side again."
    PublishedChanged "DC0902" Error "a published version whose text was changed"
        "Decisions and approvals rest on the text that was published. Put it back, and make the change in a new version, in a file of its own. A file or list that several versions use is frozen with the first of them that is published; a new version uses a new file. The one change that is accepted is an end for a version that has none: write `until DATE` behind its `effective` and publish it together with the version that follows."
    PublishedGone "DC0903" Error "a published version that is gone"
        "A version that was published stays: decisions were made by it, and somebody will ask for it. Put the file back. A version that is no longer to be used is one whose days are over."
    PublishedOrder "DC0904" Error "a version whose number does not rise with its days"
        "What begins later than a published version has a higher number than it, and what begins earlier a lower one. Otherwise nobody could tell from the number which of two came later."
    PublishedPeriod "DC0905" Error "a version set back onto a published period"
        "On the days of a published version its text was in force, and decisions were made by it. Another version cannot take those days back afterwards; let it begin when the published one ends."
    ApproversUnusable "DC0906" Error "no word on who may approve"
        "`approvers.yaml`, in the folder of the policies or above it, says who may approve with which keys, and whose approvals a version needs. It is missing where there are approvals, there are two, or something in it is not understood; then nobody can tell whether an approval is worth anything."
    ApprovalUnusable "DC0907" Error "an approval that cannot be relied on"
        "A file in `approvals/` beside a policy is not, to the byte, what somebody signed who may approve. Take it back as it was signed. Nothing else belongs into the folder. Keys of people who left stay among the approvers, with the day on which they ended: what they signed before still counts."
    NotApproved "DC0908" Error "a version that is not approved as it stands"
        "Approval was asked for, and the version does not have the approvals that `approvers.yaml` requires, for exactly this text and these lists. The message says what is missing, and why an approval that is there does not count. Let those who are missing approve it: `duecare approve`."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_and_tell_the_level() {
        for pair in Code::ALL.windows(2) {
            assert!(pair[0].id() < pair[1].id(), "{} {}", pair[0], pair[1]);
        }
        for code in Code::ALL {
            assert_eq!(code.id().starts_with("DC07"), code.level() == Level::Warning, "{code}");
            assert_eq!(code.id().starts_with("DC08"), code.level() == Level::Note, "{code}");
        }
    }
}
