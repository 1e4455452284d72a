//! migcheck
