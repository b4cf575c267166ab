//! Prefixed ids: a type prefix and a UUIDv7 in lowercase base32. Opaque, sortable, URL-safe.

use uuid::Uuid;

/// RFC 4648's "extended hex" digits in lower case: their order is the order of the bits, so ids
/// sort by the time in the UUID.
const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
const LENGTH: usize = 26;

/// What an id names; the wire prefix of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Key,
    User,
    Workspace,
    Project,
    Job,
    File,
    Page,
    Sheet,
    Region,
    Specification,
    Doc,
    Evidence,
    Artifact,
    Mail,
    Ledger,
    Session,
    Invitation,
    Reset,
    Audit,
    Event,
    Row,
}

impl Kind {
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Key => "key_",
            Self::User => "usr_",
            Self::Workspace => "ws_",
            Self::Project => "proj_",
            Self::Job => "job_",
            Self::File => "file_",
            Self::Page => "page_",
            Self::Sheet => "sheet_",
            Self::Region => "region_",
            Self::Specification => "spec_",
            Self::Doc => "doc_",
            Self::Evidence => "ev_",
            Self::Artifact => "art_",
            Self::Mail => "mail_",
            Self::Ledger => "led_",
            Self::Session => "ses_",
            Self::Invitation => "inv_",
            Self::Reset => "rst_",
            Self::Audit => "aud_",
            Self::Event => "ev_",
            Self::Row => "row_",
        }
    }
}

/// A new id of a kind.
pub fn new(kind: Kind) -> String {
    with_uuid(kind, Uuid::now_v7())
}

fn with_uuid(kind: Kind, uuid: Uuid) -> String {
    let mut id = String::with_capacity(kind.prefix().len() + LENGTH);
    id.push_str(kind.prefix());
    let bits = uuid.as_u128();
    // 128 bits are 25 digits of five and a last one of three.
    for position in 0..LENGTH - 1 {
        id.push(digit(bits >> (123 - 5 * position)));
    }
    id.push(digit(bits << 2));
    id
}

fn digit(bits: u128) -> char {
    DIGITS
        .get((bits & 0b1_1111) as usize)
        .map_or('0', |digit| char::from(*digit))
}

/// A new id for a request that brought none.
pub fn request() -> String {
    let id = new(Kind::Row);
    id.replacen(Kind::Row.prefix(), "req_", 1)
}

/// Whether a text from outside has the shape of an id of that kind. What has not is never asked
/// of the database.
pub fn has_shape(kind: Kind, text: &str) -> bool {
    text.strip_prefix(kind.prefix()).is_some_and(|digits| {
        digits.len() == LENGTH && digits.bytes().all(|digit| DIGITS.contains(&digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_prefix_shape_and_order() {
        let low = with_uuid(
            Kind::Job,
            Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001),
        );
        let high = with_uuid(
            Kind::Job,
            Uuid::from_u128(0x0199_0000_0001_7000_8000_0000_0000_0000),
        );
        assert!(low < high);
        assert!(has_shape(Kind::Job, &low));
        assert!(!has_shape(Kind::Key, &low));
        assert_eq!(
            with_uuid(Kind::Key, Uuid::from_u128(u128::MAX)),
            "key_vvvvvvvvvvvvvvvvvvvvvvvvvs"
        );
    }

    #[test]
    fn no_two_uuids_share_an_id() {
        let ids: std::collections::HashSet<_> = (0..128)
            .map(|bit| with_uuid(Kind::Row, Uuid::from_u128(1 << bit)))
            .collect();
        assert_eq!(ids.len(), 128);
    }

    #[test]
    fn texts_of_another_shape_are_not_ids() {
        for text in [
            "",
            "job_",
            "job_0",
            "job_../../etc/passwd",
            "job_0000000000000000000000000\0",
        ] {
            assert!(!has_shape(Kind::Job, text), "{text:?}");
        }
    }
}
