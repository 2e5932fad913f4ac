use crate::config::Config;
use kernel::Result;

pub fn demo(_config: &Config) -> Result<()> {
    Ok(())
}
