"""Wishes of a person on their way to the bridge, and what comes back, in the person's language."""

from collections.abc import Awaitable
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .coordinator import DemsCoordinator
from .errors import BridgeError, BridgeProblem, CannotConnect, CertificateChanged, Unauthorized

REFUSALS: Final = frozenset(
    {
        "duration_invalid",
        "duration_missing",
        "duration_too_long",
        "lease_too_long",
        "limit_invalid",
        "mode_off",
        "power_invalid",
        "slot_past",
    }
)
"""The dispatcher's reason codes with a sentence of their own (``exceptions.refused_<code>``)."""
LEDGER_REFUSALS: Final = frozenset(
    {"chain_unreachable", "no_community", "not_held", "nothing_to_claim", "too_many_slots"}
)
"""The ledger's refusals with a sentence of their own."""
MARKET_REFUSALS: Final = frozenset(
    {
        "crossed",
        "expired",
        "gate_closed",
        "no_forecast",
        "no_market",
        "no_plan",
        "not_pending",
        "outside_limits",
        "read_only",
        "too_far_ahead",
        "too_many",
        "too_many_orders",
        "unknown_order",
        "unknown_suggestion",
        "window_over",
        "window_too_short",
    }
)
"""Refusals of market, plan and forecast with a sentence of their own."""


async def send(coordinator: DemsCoordinator, section: str, answer: Awaitable[dict[str, Any]]) -> None:
    """Wait for the bridge's answer and show it.

    ``section`` is the section of the state that the answer is. Raises as `ask` does.
    """

    async def shown() -> None:
        coordinator.apply({section: await answer})

    await ask(coordinator, shown())


async def ask[T](coordinator: DemsCoordinator, answer: Awaitable[T]) -> T:
    """Wait for the bridge's answer and return it.

    Raises ServiceValidationError where the bridge refuses what was asked, HomeAssistantError where it could not be
    asked; both translated.
    """
    try:
        return await answer
    except BridgeProblem as problem:
        raise _refusal(problem) from problem
    except (Unauthorized, CertificateChanged) as error:
        coordinator.config_entry.async_start_reauth(coordinator.hass)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="certificate_changed"
            if isinstance(error, CertificateChanged)
            else "token_refused",
        ) from error
    except CannotConnect as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="cannot_connect",
            translation_placeholders={"error": str(error)},
        ) from error
    except BridgeError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="update_failed",
            translation_placeholders={"error": str(error)},
        ) from error


def _refusal(problem: BridgeProblem) -> HomeAssistantError:
    """Return the exception that says, in the user's language where we know the reason, why the bridge refused."""
    if problem.code in REFUSALS | LEDGER_REFUSALS | MARKET_REFUSALS:
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"refused_{problem.code}",
            translation_placeholders=dict(problem.params),
        )
    if problem.kind in ("refused", "out-of-range", "invalid"):
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="refused",
            translation_placeholders={"detail": problem.detail or problem.kind},
        )
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="bridge_problem",
        translation_placeholders={"status": str(problem.status), "detail": problem.detail or problem.kind},
    )
