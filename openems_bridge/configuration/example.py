"""The commented example that ``openems-bridge init`` writes."""

EXAMPLE = """\
# Configuration of the DEMS bridge: one household's energy system, its community, and Home Assistant.
# `openems-bridge check --config bridge.yaml` tries it and says what works.

# The name that Home Assistant shows.
household: My home

# Where the bridge keeps its database, its certificate and the socket for the command line.
# A relative path lies beside this file.
data_dir: data

# Length of a slot in seconds: the community's registry says it. 900 (a quarter of an hour) is usual.
slot_seconds: 900

# The energy system. `type` is one of
#   openems     OpenEMS Edge (FEMS and others): readings by websocket, set-points by REST. The best choice.
#   modbus      OpenEMS Edge by Modbus/TCP, where the websocket cannot be reached.
#   pushed      Home Assistant knows the meters and pushes their values. Nothing can be steered.
#   simulation  A simulated house, to try things out.
edge:
  type: openems
  # Name or address of the Edge on the local network.
  host: 192.168.1.50
  # A user of the role OWNER or higher may steer the battery; GUEST is enough to look.
  username: owner
  # Either the password itself, or (better) a file that holds nothing else and that only the bridge can read.
  password: owner
  # password_file: /etc/openems-bridge/password
  # The websocket of the Edge's user interface. Behind the web server of a FEMS: port 80 and path /websocket.
  websocket_port: 8085
  # websocket_path: /
  # The REST controller through which set-points go. The bridge wants one of its own, because all clients of a
  # controller share one time-out: add a second REST/JSON controller to the Edge and name its id and port here.
  rest_port: 8084
  rest_controller: ctrlApiRest0
  # HTTPS and WSS instead of HTTP and WS.
  # tls: false
  # Seconds to wait for an answer, and without new values until the connection counts as lost.
  # request_timeout: 5
  # silence_timeout: 5
  # The bridge finds battery, grid meter and solar plants by itself. Choose by hand where it finds several:
  # components:
  #   battery: ess0
  #   grid_meter: meter0
  #   plants: [pvInverter0, charger0]

# For Modbus/TCP instead:
# edge:
#   type: modbus
#   host: 192.168.1.50
#   port: 502
#   unit: 1
#   battery: ess0
#   # The Edge's apiTimeout (s) of its Modbus controller, which Modbus itself does not tell.
#   api_timeout_seconds: 60
#   # Over Modbus a set-point cannot be taken back, it only ends by that time-out. Confirm that to steer the battery.
#   confirm_no_release: false

# For a simulated house instead:
# edge:
#   type: simulation
#   # family, retired_couple, home_office, commuters or heat_pump
#   household: family
#   # How many seconds of the house's day pass in a second.
#   speed: 1

# What Home Assistant connects to, by HTTPS with a certificate of the bridge's own.
api:
  # Only one interface instead of all: its address.
  # host: 192.168.1.20
  port: 8484
  # Announce the bridge on the local network, so that Home Assistant finds it.
  zeroconf: true

# What forecast and plan want to know of the place; all of it is optional.
# site:
#   # Else this machine's.
#   time_zone: Europe/Berlin
#   latitude: 48.8
#   longitude: 13.4
#   # Public holidays are lived like Sundays.
#   holidays: [2026-12-25, 2026-12-26]
#   # Used in a year (Wh), and the plant's peak power (W), until readings tell.
#   annual_load: 4000000
#   pv_peak: 9800

# What a kWh costs and earns, unless Home Assistant hands over a tariff.
# tariff:
#   currency: EUR
#   import: 0.32
#   export: 0.08
#   # What energy costs and earns that is netted in the community; else as above.
#   inside_import: 0.20
#   inside_export: 0.12

# Only for a household that joins a community: its keys, made by `openems-bridge keys create`.
# keys:
#   # auto (the operating system's keyring where there is one, else a file), keyring or file
#   store: auto
#   # The passphrase of the keystore, where a file keeps the keys. Only the bridge's user should be able to read it.
#   passphrase_file: /etc/openems-bridge/keys-passphrase
#   # The key that signs the readings: secp256k1 or p256 in software, or tpm (needs tpm2-tools and a TPM 2.0).
#   meter_key: secp256k1
#   # The way to the TPM, as tpm2-tools name it.
#   tcti: device:/dev/tpmrm0

# Only for a household in a community: what the bridge does on the chain by itself.
# ledger:
#   # A node of your own, instead of the one that the invitation names.
#   rpc: http://127.0.0.1:8545
#   # Bring down a statement that is wrong, or only tell it. A challenge costs you gas, and earns half of what the
#   # operator loses.
#   challenge: automatic
#   # Put a reading on chain directly where the operator left it out (gas and a deposit), or only tell it.
#   direct_inclusion: automatic
#   # Turn renewable feed-in into certificates every day (daily), or when you ask for it (ask). It costs gas, and shows to
#   # everybody how much was fed in and generated: in each hour, where the community's scheme wants hourly certificates.
#   claim: ask
#   # How many random readings of other households are checked with the registry in each slot.
#   audited_leaves: 8
#   # Blocks until a transaction counts as final.
#   confirmations: 12

log:
  # debug, info, warning or error
  level: info
"""
