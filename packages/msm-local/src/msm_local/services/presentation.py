"""The answers about DataSource, branch and user, as the SDK's models read them."""

from msm_local.contract import responses
from msm_local.repositories.branches import Branch
from msm_local.repositories.settings import Settings

__all__ = ["ENVIRONMENT_NAME", "present_branch", "present_data_source", "present_user"]

DATABASE_NAME = "Local PostgreSQL"
ENVIRONMENT_NAME = "local"


def present_data_source(settings: Settings) -> responses.DataSource:
    """The one DataSource."""
    return {
        "uid": str(settings.data_source_uid),
        "data_source_uid": str(settings.data_source_uid),
        "display_name": DATABASE_NAME,
        "organization_uid": str(settings.organization_uid),
        "class_type": "postgresql",
        "status": "AVAILABLE",
        "storage_access_mode": "read_write",
        "extra_arguments": {},
    }


def present_branch(branch: Branch, settings: Settings) -> responses.Branch:
    """A branch with its DataSource."""
    return {
        "uid": str(branch.uid),
        "code_repository_uid": str(branch.code_repository_uid),
        "code_repository_name": branch.repository_identity.rsplit("/", 1)[-1],
        "code_repository_type": "library",
        "repository_branch": branch.repository_branch,
        "metatables_data_source": present_data_source(settings),
        "metatables_data_source_uid": str(settings.data_source_uid),
        "organization_environment_uid": str(settings.environment_uid),
        "organization_environment_name": ENVIRONMENT_NAME,
        "default_base_image": {"uid": str(settings.environment_uid), "title": "local"},
        "sdks": [],
        "is_initialized": True,
        "provisioning_status": "READY",
        "provisioning_job_run_uid": None,
        "provisioning_error_code": "",
        "provisioning_error_detail": "",
        "provisioning_updated_at": branch.created_at.isoformat(),
        "can_retry_provisioning": False,
    }


def present_user(settings: Settings) -> responses.User:
    """The one user, who owns everything."""
    return {
        "uid": str(settings.user_uid),
        "username": "local",
        "email": "local@msm-local.invalid",
        "first_name": "Local",
        "last_name": "User",
        "date_joined": "2000-01-01T00:00:00Z",
        "is_active": True,
        "is_verified": True,
        "blocked_access": False,
        "api_request_limit": 0,
        "mfa_enabled": False,
        "groups": [],
        "user_permissions": [],
        "organization_teams": [],
        # SDK 9 reads these two.
        "is_organization_admin": True,
        "active_team_uids": [],
    }
