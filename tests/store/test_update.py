"""An update with data works: the database of the first release is taken by every later version."""

import sqlite3
from pathlib import Path

from dems_node.database.database import Database
from openems_bridge.store import clients, events, readings, settings
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register

FROZEN = Path(__file__).with_name("release_0_1_0.sql")


async def test_database_of_the_first_release(tmp_path: Path) -> None:
    file = tmp_path / "bridge.sqlite3"
    connection = sqlite3.connect(file)
    connection.executescript(FROZEN.read_text())
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    connection.close()
    for _ in range(2):
        database = await Database.open(file, migrations=MIGRATIONS)
        try:
            kept = await database.run(readings.page, 900, None, None, 10)
            assert [one.slot for one in kept] == [1988888, 1988889, 1988890]
            assert kept[0].energy[Register.FEED_IN] == 240
            (client,) = await database.run(clients.everyone)
            assert (client.id, client.token_hash) == ("c1", bytes(range(32)))
            assert client.acknowledged_event is None, "Home Assistant's own note has to do"
            assert await database.run(events.last_id) == 3
            assert await database.run(settings.load, "mode") == "manual"
            assert await database.run(settings.load, "limits") == {"reserve_soc": 25}
            await database.run(clients.acknowledge, "c1", 3)
            connection = sqlite3.connect(file)
            assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
            connection.execute("UPDATE client SET acknowledged_event = NULL")
            connection.commit()
            connection.close()
        finally:
            await database.close()
