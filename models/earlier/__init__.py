"""Earlier classifiers of this kind, built again as described, and measured as they measured and on new people."""
