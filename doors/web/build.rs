//! The client is embedded from `web/dist`. Where it isn't built yet, the folder is made, so that the door compiles
//! and says what is missing.

fn main() {
    let dist = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    std::fs::create_dir_all(&dist).expect("web/dist can be made");
    println!("cargo:rerun-if-changed={}", dist.display());
}
