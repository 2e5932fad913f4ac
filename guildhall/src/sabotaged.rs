//! The same program with faults on purpose (`GUILDHALL_TEST_SABOTAGE`), which the fault tests must notice.
include!("main.rs");
