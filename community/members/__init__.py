"""Who belongs to the community: invitations, enrolments, what the registry is told."""
