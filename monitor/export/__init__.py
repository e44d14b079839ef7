"""What the store has of a patient, as files that others read."""
