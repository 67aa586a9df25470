"""How well and how fast a bundle reads: accuracy, calibration, confusion, speed; tables and plots. Never torch."""
