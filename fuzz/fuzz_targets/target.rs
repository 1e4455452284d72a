#![no_main]

libfuzzer_sys::fuzz_target!(|data: &str| migcheck_fuzz::properties::target(data));
