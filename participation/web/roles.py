"""Who may do what, for the staff to read."""

from flask import Blueprint, render_template

from participation.models.accounts import ROLES
from participation.services.roles import TABLE
from participation.web.forms.accounts import role_labels
from participation.web.forms.roles import action_labels, reach_labels
from participation.web.plumbing.access import needs

blueprint = Blueprint("roles", __name__)


@blueprint.get("/<lang:lang>/staff/roles")
@needs("see_roles")
def matrix() -> str:
    """The table by which the pages themselves decide."""
    return render_template(
        "roles/matrix.html",
        table=TABLE,
        roles=[(role, role_labels()[role]) for role in ROLES],
        actions=action_labels(),
        reaches=reach_labels(),
    )
