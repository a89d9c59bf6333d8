"""What a step does, in a line for people who read a plan. Names no value of a Secret and changes nothing."""

from installer.model.run import Infrastructure, Operators, Rollout, Stage, Step, Upgrade, Verify, Writes

_STAGES: dict[Stage, str] = {
    "operators": "Subscriptions with what they need, by helm",
    "knative": "KnativeServing and KnativeEventing, by helm; until they are Ready",
    "platform": "SonataFlowPlatform with data index, jobs service and database, by helm; until they are ready",
}


def explained(step: Step) -> str:
    """What the step does and what it waits for; what `name_of` says already is not said again."""
    match step:
        case Infrastructure(stage=stage):
            return _STAGES[stage]
        case Operators():
            return "exactly their InstallPlans are approved; until their CSVs have Succeeded"
        case Writes(edits=edits):
            return "as the diff says" + (", back to back" if len(edits) > 1 else "")
        case Upgrade(chart=chart):
            return f"of RHDH itself: its values and ours, its chart {chart}"
        case Rollout(flavour=flavour):
            return f"one restart, by {_WHO[flavour]}; a new pod that fails brings the old configuration back"
        case Verify(platform=platform):
            return "newest pod, plugins, data index, conditions" if platform else "newest pod, plugins"


_WHO = {"operator": "RHDH's operator", "helm": "what helm changed", "plain": "us"}
