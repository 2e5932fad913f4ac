//! What the OpenAPI document says beside its calls: who we are, how to sign in, how calls are refused.

use utoipa::{
    PartialSchema,
    openapi::{
        Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder,
        path::{Operation, ParameterIn, PathItem},
        schema::{ArrayItems, ObjectBuilder, Schema, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

const TAGS: [(&str, &str); 10] = [
    ("accounts", "Registering, signing in and out."),
    ("me", "The caller."),
    ("people", "Who others are, who is a friend, and who is blocked."),
    ("overview", "All that a client starts from."),
    ("guilds", "Communities, their members and ways in."),
    ("channels", "Text rooms, in a guild or between two people."),
    ("messages", "What is said, and how far it is read."),
    ("streams", "What changed since, in order: the same events that sockets deliver."),
    ("operator", "For who runs the installation: accounts, who may register, what was done."),
    ("operating", "Whether the server is set up, alive and ready."),
];

/// Every way to be refused: status, name of the response, what it means.
const REFUSALS: [(u16, &str, &str); 14] = [
    (400, "BadRequest", "The request can't be read: broken JSON, a bad cursor, a bad query."),
    (401, "Unauthenticated", "There is no usable access token, or the credentials are wrong."),
    (403, "Forbidden", "The caller sees it, but may not do this."),
    (404, "NotFound", "There is no such thing, or the caller can't see it: the two look the same."),
    (405, "NotAllowed", "The address has no such method."),
    (409, "Conflict", "In conflict with what is there."),
    (410, "Gone", "It was there, but no longer."),
    (413, "TooLarge", "The body is too large: over 64 KiB, or for pictures over 8 MiB or too many pixels."),
    (415, "Unsupported", "The body isn't JSON, or isn't such a picture."),
    (422, "Unprocessable", "A value isn't acceptable; `field` names it."),
    (429, "TooMany", "Too many requests; `Retry-After` says when to try again."),
    (500, "Internal", "The server's fault; the log has the cause under the request id."),
    (503, "Unavailable", "A part of the server doesn't answer; nothing was changed."),
    (507, "Full", "The server's disk is full; nothing was saved."),
];

/// The document without its calls.
pub(crate) fn base() -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let mut components = Components::new();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.schemas.insert("Problem".into(), problem());
    for (_, name, description) in REFUSALS {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(description).content("application/problem+json", problem);
        components.responses.insert(name.into(), response.build().into());
    }
    let info = InfoBuilder::new()
        .title("Guildhall")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Self-hosted, real-time chat for communities. Ids are strings; times are RFC 3339 in UTC; lists are pages \
             whose `next` is the cursor of the one that follows; every refusal is a problem document (RFC 9457).",
        ))
        .license(Some(utoipa::openapi::LicenseBuilder::new().name("AGPL-3.0-or-later").build()))
        .build();
    let tags = TAGS.map(|(name, description)| TagBuilder::new().name(name).description(Some(description)).build());
    OpenApiBuilder::new().info(info).components(Some(components)).tags(Some(tags)).build()
}

/// The kernel's problem document, with what this door adds to it.
fn problem() -> RefOr<Schema> {
    let mut problem = kernel::Problem::schema();
    if let RefOr::T(Schema::Object(document)) = &mut problem {
        let description = "Which request this answers: the same as in `X-Request-Id`, and in the server's log.";
        let id = ObjectBuilder::new().schema_type(Type::String).description(Some(description)).build();
        document.properties.insert("request_id".into(), id.into());
    }
    problem
}

/// Adds to each call the refusals that follow from its shape; handlers only name those that are special.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            for status in follow_from_shape(method, operation) {
                refuse(operation, status);
            }
        }
    }
    if let Some(components) = &mut document.components {
        refer_to_items(components);
    }
    document
}

/// A page's schema holds a copy of its item's: refer to the item instead, so that clients get one type.
fn refer_to_items(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        let (Some(item), RefOr::T(Schema::Object(page))) = (name.strip_prefix("Page_"), schema) else { continue };
        if let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items") {
            items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

fn follow_from_shape(method: &str, operation: &Operation) -> Vec<u16> {
    let has = |place: ParameterIn| {
        let parameters = operation.parameters.iter().flatten();
        parameters.filter_map(|p| if let RefOr::T(p) = p { Some(p) } else { None }).any(|p| p.parameter_in == place)
    };
    let mut statuses = vec![500, 503];
    if operation.security.is_some() {
        statuses.push(401);
    }
    if operation.request_body.is_some() {
        statuses.extend([400, 413, 415, 422]);
    }
    if has(ParameterIn::Query) {
        statuses.extend([400, 422]);
    }
    if has(ParameterIn::Path) {
        statuses.push(404);
    }
    if method != "get" {
        statuses.push(507);
    }
    statuses
}

fn refuse(operation: &mut Operation, status: u16) {
    if let Some((_, name, _)) = REFUSALS.iter().find(|(known, ..)| *known == status) {
        let response = RefOr::Ref(Ref::from_response_name(*name));
        operation.responses.responses.entry(status.to_string()).or_insert(response);
    }
}

/// The refusals of a call that don't follow from its shape, for `responses(…)`.
macro_rules! refusals {
    ($($name:ident = $status:literal),+ $(,)?) => { $(
        pub(crate) struct $name;
        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, RefOr<utoipa::openapi::Response>> {
                [($status.to_owned(), RefOr::Ref(Ref::from_response_name(stringify!($name))))].into()
            }
        }
    )+ };
}

refusals!(
    Unauthenticated = "401",
    Forbidden = "403",
    NotFound = "404",
    Conflict = "409",
    Gone = "410",
    Unprocessable = "422",
    TooMany = "429",
);

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    /// `UPDATE=1 cargo test -p door-rest` rewrites the snapshot: look at the difference before you commit it.
    #[test]
    fn the_snapshot_is_true() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        let now = crate::openapi().to_pretty_json().expect("the document is JSON") + "\n";
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &now).expect("the snapshot can be written");
        }
        let snapshot = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(snapshot == now, "doors/rest/openapi.json is old: run UPDATE=1 cargo test -p door-rest and commit it");
    }

    #[test]
    fn every_call_is_described_once() {
        let document = serde_json::to_value(crate::openapi()).expect("the document is JSON");
        let tags: BTreeSet<_> = super::TAGS.iter().map(|(name, _)| *name).collect();
        let mut ids = BTreeSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, call) in item.as_object().expect("calls") {
                let id = call["operationId"].as_str().unwrap_or_default();
                assert!(!id.is_empty() && ids.insert(id.to_owned()), "{method} {path}: operationId {id:?}");
                assert!(call["summary"].is_string(), "{method} {path}: no summary");
                assert!(tags.contains(call["tags"][0].as_str().unwrap_or_default()), "{method} {path}: tag");
                assert!(call["responses"]["500"].is_object(), "{method} {path}: no refusals");
            }
        }
        assert!(ids.len() > 30, "only {} calls", ids.len());
    }
}
