"""What is missing and why: measures, standards, fairness, scenarios, siting."""
