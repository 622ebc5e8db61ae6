//! What one call left behind: recorded or imported.
