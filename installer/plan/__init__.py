"""From a goal and an instance to changed texts, and the prediction of what RHDH does with them. Writes nothing."""
