"""One page about a patient, whole in one file: no script, no font and no picture from elsewhere."""
