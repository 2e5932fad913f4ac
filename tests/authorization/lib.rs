//! Who may call what: `tests/matrix.rs` holds every operation of the OpenAPI document against every kind of person,
//! by the table in `matrix.txt`.
