"""The commented example that ``dems-community init`` writes."""

EXAMPLE = """\
# Configuration of the DEMS operator's daemon: one energy community.
# `dems-community check --config community.yaml` tries it and says what works.

# The name that households see.
name: Musterstraße

# Where the operator keeps its database, keys and certificate. A relative path lies beside this file.
data_dir: data

chain:
  # The node that this daemon uses. http(s):// or ws(s)://
  rpc: http://127.0.0.1:8545
  # What invitations name, if households reach the chain by another address.
  # public_rpc: https://chain.example.org
  id: 31337
  # Blocks until a transaction counts as final.
  confirmations: 12

# The community's contracts. Leave them out after `dems-community deploy`: it notes them in the data folder.
# contracts:
#   registry: "0x…"
#   ledger: "0x…"
#   netting: "0x…"
#   account: "0x…"
#   since_block: 0

api:
  # host: 0.0.0.0
  port: 8585
  # The URL under which households reach this daemon: part of every invitation.
  url: https://operator.example.org:8585
  # For each address that asks.
  requests_per_second: 10
  burst: 120

members:
  # Let in everybody who has an invitation, without `dems-community approve`. For demos.
  auto_approve: false
  # The text that a household agrees to; a sensible one is built in.
  # consent_file: consent.txt

statements:
  # Seconds after a slot's end at which its statement is made; without it four fifths of the contract's due time.
  # publish_after: 720
  # By what part plants may exceed their nominal power, and what a house connection can draw (W).
  tolerance: 0.1
  connection_power: 44000
  # Days for which readings are kept.
  keep_days: 400

keys:
  # The passphrase of the key files: a file that only this daemon's user can read. Without it the operating system's
  # keyring is used.
  passphrase_file: passphrase

# What `dems-community deploy` fixes for good.
deployment:
  slot_seconds: 900
  minimum_owners: 5
  # The settlement currency (ERC-20) and the pool's account. Without them a demo currency is deployed and the authority's
  # account is the pool.
  # currency: "0x…"
  # pool: "0x…"
  # windows:
  #   challenge_seconds: 3600
  # The market: zones, the utility's prices and the network's charge between zones (millionths of the currency per kWh).
  # Without an account of its own the utility's prices are set by the authority's.
  market:
    zones: [0]
    sell: 320000
    buy: 80000
    charge: 0
    # order_deposit: 0
    # utility: "0x…"
    # gates:
    #   gate_seconds: 3600

# Processes that check readings; without it one for each processor.
# workers: 2

log:
  level: info
"""
