"""A fake OpenEMS Edge: websocket, REST and Modbus/TCP on top of the simulated house, with faults to switch."""
