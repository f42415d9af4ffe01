"""Start-up in stages, the composition root, logging and crash handling of `qroc-desktop`."""
