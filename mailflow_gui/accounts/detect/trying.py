"""Call a server and see whether its line can be secured with a certificate that is valid for its name. Nobody signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailflow_gui.accounts.detect import lookups
from mailflow_gui.accounts.detect.found import Tried, failure_of, note_of, shows_network
from mailflow_gui.accounts.detect.values import Note
from mailflow_gui.errors import MailError
from mailflow_gui.mail.reaching import reach
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.wire import Wire

if TYPE_CHECKING:
    from mailflow_gui.accounts.detect.values import Proposal
    from mailflow_gui.accounts.detect.world import World


def try_server(proposal: Proposal, world: World) -> Tried:
    """Call one server, as far as TLS.

    :raises CancelledError: the search is over.
    """
    network = world.network
    port = network.ports.get(proposal.port, proposal.port)
    server = Server(proposal.host, port, proposal.security, network.certificate)
    try:
        wire = Wire.open(server, addresses=lookups.addresses(proposal.host, world), patience=world.patience)
        with world.crew.watching(wire):
            takes_passwords = reach(wire, proposal.protocol)
    except MailError as error:
        return Tried(verified=False, answered=shows_network(error), notes=(note_of(error),), failure=failure_of(error))
    notes = () if takes_passwords else (Note("detect-no-password", {"host": proposal.host}),)
    return Tried(verified=True, answered=True, notes=notes)
