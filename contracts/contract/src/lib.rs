//! A contract is a trait. [`contract!`] writes it and, with the feature `grpc`, its two adapters: a client that
//! *is* the trait and a server over it. A call is a unary gRPC call whose message is the JSON object of the
//! arguments by name: unknown names are ignored, so arguments may be added as `Option`s.
//!
//! Every contract also has `export`, `erase`, `scrub` and `snapshot`.

#[cfg(feature = "grpc")]
pub mod grpc;
mod request;

pub use request::RequestId;

use kernel::{At, Timestamp, UserId};
use serde::{Deserialize, Serialize};

#[doc(hidden)]
pub mod reexport {
    pub use ::async_trait::async_trait;
    pub use ::kernel::{Result, UserId};
    pub use ::serde;
}

/// A part of a longer answer: ask again with `next` until there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub records: Vec<Record>,
    pub next: Option<String>,
    /// The `seq` of each stream that these records surely reflect.
    #[serde(default)]
    pub at: At,
}

/// One thing that a service holds, in the JSON of its contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The type, in the singular: `message`.
    pub kind: String,
    pub value: serde_json::Value,
}

impl Record {
    pub fn new(kind: &'static str, value: &impl Serialize) -> kernel::Result<Self> {
        Ok(Self { kind: kind.into(), value: serde_json::to_value(value).map_err(kernel::Problem::internal)? })
    }
}

/// What a person wants to happen to what others share with them, when they leave for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Wishes {
    /// The guilds that the person owns.
    pub guilds: OwnedGuilds,
    /// What the person said.
    pub messages: OwnMessages,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnedGuilds {
    /// To whoever has been a member for longest; one without other members is deleted.
    #[default]
    PassOn,
    Delete,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnMessages {
    /// A tombstone stays in place of each.
    #[default]
    Erase,
    /// The texts stay, under an id that belongs to nobody any more.
    Anonymise,
}

/// What a service says when it has erased its part of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Receipt {
    pub service: String,
    pub user: UserId,
    pub at: Timestamp,
    /// How many rows were erased or made anonymous.
    pub erased: u64,
}

/// Writes a contract: the trait, and its adapters where the feature `grpc` is on.
///
/// ```ignore
/// contract! {
///     /// What it owns.
///     pub trait Messages as "guildhall.v1.Messages", client MessagesClient, server serve_messages {
///         /// Docs.
///         async fn send(&self, caller: Caller, draft: Draft) -> Sent, idempotent;
///     }
/// }
/// ```
///
/// Every method answers `kernel::Result<T>`. One that is marked `idempotent` is asked again when the connection to a remote
/// service breaks: asking twice must do what asking once does.
#[macro_export]
macro_rules! contract {
    (
        $(#[$doc:meta])*
        pub trait $name:ident as $path:literal, client $client:ident, server $server:ident {
            $( $(#[$mdoc:meta])* async fn $method:ident(&self $(, $arg:ident: $ty:ty)* $(,)?) -> $ret:ty $(, $again:ident)?; )*
        }
    ) => {
        $crate::__contract! {
            [$(#[$doc])*] $name $path $client $server
            $( { [$(#[$mdoc])*] $method ($($arg: $ty),*) -> $ret, [$($again)?] } )*
            { [/// What this service holds of a person, to be handed to that person. Pass `next` as `after` for more.
            ] export (user: $crate::reexport::UserId, after: Option<String>) -> $crate::Part, [idempotent] }
            { [/// Erases what this service holds of a person, as wished. Idempotent: a repeat erases what is left.
            ] erase (user: $crate::reexport::UserId, wishes: $crate::Wishes) -> $crate::Receipt, [idempotent] }
            { [/// Leaves nothing of what was erased in free space, indexes and journals of the service's files. Whoever writes
            /// waits meanwhile. PostgreSQL does this by itself in time (docs/operating.md).
            ] scrub () -> (), [idempotent] }
            { [/// All current facts that others build read models from. Pass `next` as `after` for more.
            ] snapshot (after: Option<String>) -> $crate::Part, [idempotent] }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __contract {
    (
        [$($doc:tt)*] $name:ident $path:literal $client:ident $server:ident
        $( { [$($mdoc:tt)*] $method:ident ($($arg:ident: $ty:ty),*) -> $ret:ty, $again:tt } )*
    ) => {
        $($doc)*
        #[$crate::reexport::async_trait]
        pub trait $name: Send + Sync {
            $( $($mdoc)* async fn $method(&self $(, $arg: $ty)*) -> $crate::reexport::Result<$ret>; )*
        }
        $crate::__adapters! { $name $path $client $server $( { $method ($($arg: $ty),*) -> $ret, $again } )* }
    };
}

#[cfg(not(feature = "grpc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __adapters {
    ($($any:tt)*) => {};
}

#[cfg(feature = "grpc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __adapters {
    (
        $name:ident $path:literal $client:ident $server:ident
        $( { $method:ident ($($arg:ident: $ty:ty),*) -> $ret:ty, $again:tt } )*
    ) => {
        /// The contract over gRPC: a client that is the trait.
        #[derive(Clone)]
        pub struct $client(pub $crate::grpc::Remote);

        #[$crate::reexport::async_trait]
        impl $name for $client {
            $( async fn $method(&self $(, $arg: $ty)*) -> $crate::reexport::Result<$ret> {
                #[derive($crate::reexport::serde::Serialize)]
                #[serde(crate = "contract::reexport::serde")]
                struct Arguments { $($arg: $ty),* }
                let path = concat!("/", $path, "/", stringify!($method));
                self.0.call(path, $crate::__is_idempotent!($again), &Arguments { $($arg),* }).await
            } )*
        }

        /// The contract over gRPC: a server over any implementation.
        pub fn $server(service: std::sync::Arc<dyn $name>) -> $crate::grpc::Service {
            $crate::grpc::Service::new($path, move |method: String, body: $crate::grpc::Bytes| {
                let service = service.clone();
                Box::pin(async move {
                    $( if method == stringify!($method) {
                        #[derive($crate::reexport::serde::Deserialize)]
                        #[serde(crate = "contract::reexport::serde")]
                        struct Arguments { $($arg: $ty),* }
                        #[allow(unused_variables, reason = "a method may have no arguments")]
                        let arguments: Arguments = $crate::grpc::decode(&body)?;
                        return $crate::grpc::encode(&service.$method($(arguments.$arg),*).await?);
                    } )*
                    Err($crate::grpc::unknown_method(&method))
                })
            })
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __is_idempotent {
    ([]) => {
        false
    };
    ([idempotent]) => {
        true
    };
}
