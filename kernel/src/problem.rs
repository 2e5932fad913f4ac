//! One error for every door: an RFC 9457 problem document with a stable `code`, the field at fault and
//! what to do. The cause is for the log and never leaves the house.

use std::{borrow::Cow, fmt, sync::Arc};

/// How a door says no. Each maps once per transport (HTTP here, gRPC in `contract`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    NotAllowed,
    Conflict,
    Gone,
    TooLarge,
    Unsupported,
    Unprocessable,
    TooMany,
    Internal,
    Unavailable,
    Full,
}

impl Kind {
    /// The HTTP status of this kind (RFC 9110; 507 from RFC 4918).
    pub fn status(self) -> u16 {
        match self {
            Kind::BadRequest => 400,
            Kind::Unauthenticated => 401,
            Kind::Forbidden => 403,
            Kind::NotFound => 404,
            Kind::NotAllowed => 405,
            Kind::Conflict => 409,
            Kind::Gone => 410,
            Kind::TooLarge => 413,
            Kind::Unsupported => 415,
            Kind::Unprocessable => 422,
            Kind::TooMany => 429,
            Kind::Internal => 500,
            Kind::Unavailable => 503,
            Kind::Full => 507,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Kind::BadRequest => "The request can't be read",
            Kind::Unauthenticated => "Sign in first",
            Kind::Forbidden => "Not allowed",
            Kind::NotFound => "Not found",
            Kind::NotAllowed => "This address doesn't do that",
            Kind::Conflict => "In conflict with what is there",
            Kind::Gone => "No longer there",
            Kind::TooLarge => "Too large",
            Kind::Unsupported => "Unsupported type",
            Kind::Unprocessable => "A value isn't acceptable",
            Kind::TooMany => "Too many requests",
            Kind::Internal => "Something broke on our side",
            Kind::Unavailable => "Not available right now",
            Kind::Full => "Out of storage",
        }
    }
}

/// What went wrong, as people and programs are told (RFC 9457).
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(from = "Document", into = "Document")]
pub struct Problem {
    pub kind: Kind,
    /// Stable, for programs: `email_taken`.
    pub code: Cow<'static, str>,
    /// For people: what happened and what to do.
    pub detail: Cow<'static, str>,
    /// The field at fault, as the caller named it.
    pub field: Option<Cow<'static, str>>,
    /// Seconds after which a retry makes sense.
    pub retry_after: Option<u32>,
    /// For the log only.
    pub cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything that can be refused.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

impl Problem {
    pub fn new(kind: Kind, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, code: code.into(), detail: detail.into(), field: None, retry_after: None, cause: None }
    }

    /// A value that was readable but isn't acceptable (422).
    pub fn field(
        field: impl Into<Cow<'static, str>>,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { field: Some(field.into()), ..Self::new(Kind::Unprocessable, code, detail) }
    }

    /// Missing, or not for the caller to know of: the two look the same.
    pub fn not_found(what: &'static str) -> Self {
        Self::new(Kind::NotFound, "not_found", format!("There is no such {what}, or you can't see it."))
    }

    pub fn forbidden(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Forbidden, code, detail)
    }

    /// Our fault. The cause is kept for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let cause: Box<dyn std::error::Error + Send + Sync> = cause.into();
        Self {
            cause: Some(cause.into()),
            ..Self::new(
                Kind::Internal,
                "internal",
                "This is our fault, not yours. Try again; if it stays, tell the operator the time and the request id.",
            )
        }
    }

    /// A part that this needs doesn't answer; nothing was changed.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self { retry_after: Some(1), ..Self::new(Kind::Unavailable, "unavailable", detail) }
    }

    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub fn because(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    pub fn status(&self) -> u16 {
        self.kind.status()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("code", &self.code)
            .field("detail", &self.detail)
            .field("field", &self.field)
            .field("cause", &self.cause)
            .finish()
    }
}

impl std::error::Error for Problem {}

/// The wire form (`application/problem+json`).
#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document {
    /// A URI that names the kind of problem.
    #[serde(rename = "type")]
    uri: String,
    title: String,
    /// The HTTP status.
    status: u16,
    detail: Cow<'static, str>,
    /// Stable, for programs.
    code: Cow<'static, str>,
    /// The field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<Cow<'static, str>>,
    /// Seconds after which a retry makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
}

impl From<Problem> for Document {
    fn from(p: Problem) -> Self {
        Self {
            uri: format!("urn:guildhall:problem:{}", p.code),
            title: p.kind.title().into(),
            status: p.kind.status(),
            detail: p.detail,
            code: p.code,
            field: p.field,
            retry_after: p.retry_after,
        }
    }
}

impl From<Document> for Problem {
    fn from(d: Document) -> Self {
        use Kind::*;
        let kinds = [
            BadRequest,
            Unauthenticated,
            Forbidden,
            NotFound,
            NotAllowed,
            Conflict,
            Gone,
            TooLarge,
            Unsupported,
            Unprocessable,
            TooMany,
            Internal,
            Unavailable,
            Full,
        ];
        let kind = kinds.into_iter().find(|k| k.status() == d.status).unwrap_or(Internal);
        Self { kind, code: d.code, detail: d.detail, field: d.field, retry_after: d.retry_after, cause: None }
    }
}

impl utoipa::PartialSchema for Problem {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        Document::schema()
    }
}
impl utoipa::ToSchema for Problem {}
