use super::{Lower, Node};
use crate::syntax::ast::{Enumeration, Field, FieldRole, FieldType, Record};
use crate::syntax::grammar::Rule;

impl Lower<'_> {
    pub(super) fn record(&mut self, node: Node<'_>) -> Option<Record> {
        let mut fields = Vec::new();
        for child in node.children() {
            if child.rule() == Rule::field {
                fields.push(self.field(&child)?);
            }
        }
        Some(Record {
            name: self.name(&node.find(Rule::name)?),
            doc: node.find(Rule::text).map(|text| self.text(text)),
            fields,
            span: self.place(&node),
        })
    }

    fn field(&mut self, node: &Node<'_>) -> Option<Field> {
        let role = node.find(Rule::field_role).and_then(|role| {
            [
                (Rule::kw_key, FieldRole::Key),
                (Rule::kw_time, FieldRole::Time),
                (Rule::kw_end, FieldRole::End),
            ]
            .into_iter()
            .find_map(|(keyword, field_role)| role.has(keyword).then_some(field_role))
        });
        Some(Field {
            name: self.name(&node.find(Rule::path_step)?),
            field_type: self.field_type(&node.find(Rule::field_type)?)?,
            role,
            doc: node.find(Rule::text).map(|text| self.text(text)),
        })
    }

    /// Of a field, a parameter or a list: `list of T`, `T`, `T or none`.
    pub(super) fn field_type(&mut self, node: &Node<'_>) -> Option<FieldType> {
        let span = self.place(node);
        let or_none = node.has(Rule::or_none);
        let list_of = node.find(Rule::list_of);
        let plain = if node.rule() == Rule::plain_type {
            node.clone()
        } else {
            list_of.as_ref().unwrap_or(node).find(Rule::plain_type)?
        };
        let name = self.name(&plain.first()?);
        Some(FieldType { name, list: list_of.is_some(), or_none, span })
    }

    pub(super) fn enumeration(&mut self, node: Node<'_>) -> Option<Enumeration> {
        let values = node
            .children()
            .into_iter()
            .filter(|child| child.rule() == Rule::enum_value)
            .map(|value| self.name(&value))
            .collect();
        Some(Enumeration {
            name: self.name(&node.find(Rule::name)?),
            doc: node.find(Rule::text).map(|text| self.text(text)),
            values,
        })
    }
}
