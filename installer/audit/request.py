"""What an audit was asked to do, as plain data. Knows no command line and reads no file."""

from installer.audit.finding import Severity
from installer.audit.profiles import Profile
from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """Judge the RHDH of `directory`, of `archive`, or, where both are None, of a cluster.

    rules           slugs; where there are some, exactly these are judged, whatever the profile
    severity        findings below it are not shown, and that is all
    fail_on         a finding that is as grave, and that nobody accepted, makes the gate say no
    strict          so does a rule that was skipped or crashed
    baseline        a file of findings that are known
    write_baseline  where to write the findings of now as such a file
    exceptions      a file of findings that are accepted for a time
    registry        the npm registry to ask about packages (image registries are asked too then); None asks none
    authfile        credentials for image registries, as podman's
    """

    directory: str | None = None
    archive: str | None = None
    instance: str | None = None
    rhdh_version: str | None = None
    defaults: str | None = None
    profile: Profile = "install"
    rules: tuple[str, ...] = ()
    severity: Severity = "info"
    fail_on: Severity | None = None
    strict: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    exceptions: str | None = None
    registry: str | None = None
    authfile: str | None = None
