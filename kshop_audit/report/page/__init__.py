"""The report as one HTML file: `html` renders, `contents` says what is shown, `charts` draws."""
