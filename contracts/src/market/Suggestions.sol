// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Signature} from "../LedgerTypes.sol";
import {History} from "../libraries/History.sol";
import {MeterSignature} from "../libraries/MeterSignature.sol";
import {Market} from "./Market.sol";
import {MarketTerms} from "./MarketTerms.sol";
import {MarketMessages} from "./libraries/MarketMessages.sol";

/// @title What batteries should do, readable for their households only (docs/market.md, section 9).
/// @notice It holds no money and decides nothing: a household follows a suggestion if it likes.
contract Suggestions is ERC2771Context {
    using History for History.Values;

    /// @notice The household that the meter belongs to did not sign the key.
    error NotSignedByHousehold(address household);
    /// @notice A key must begin later than the one announced before, and not be zero.
    error NotLater(uint64 from, uint64 latest);
    error NotTheOperator(address sender, address operator);
    error AlreadySuggested(uint64 slot);
    /// @notice Suggestions come between the clearing and the end of the slot.
    error NotTheTime(uint64 slot);
    /// @notice Not a whole number of ciphertexts.
    error WrongLength(uint256 length);

    /// @notice From slot `from` on suggestions for the meter are encrypted to this X25519 key.
    event EncryptionKeyAnnounced(bytes32 indexed meter, address indexed household, bytes32 key, uint64 from);
    /// @notice One ciphertext for each battery meter with a key, in ascending order of meters, dummies included.
    event SuggestionsPublished(uint64 indexed slot, bytes ciphertexts);

    /// @notice The length of a ciphertext in bytes.
    uint256 public constant CIPHERTEXT_LENGTH = 112;

    Market public immutable market;
    MarketTerms public immutable terms;

    /// @notice Whether the suggestions of a slot are published.
    mapping(uint64 slot => bool) public isPublished;

    mapping(bytes32 meter => mapping(address household => History.Values)) private _keys;

    constructor(Market market_) ERC2771Context(market_.trustedForwarder()) {
        (market, terms) = (market_, market_.terms());
    }

    /// @notice Announces a household's key for its meter, from slot `from` on, whose gate must not have come. Anybody, with
    /// the household's signature. It is the household's: whoever has the meter next announces another.
    function announceEncryptionKey(bytes32 meter, bytes32 key, uint64 from, Signature calldata signature) external {
        address household = terms.householdOf(meter, from);
        bytes32 digest = MessageHashUtils.toTypedDataHash(
            market.domainSeparator(), MarketMessages.hashEncryptionKey(meter, key, from)
        );
        require(MeterSignature.isSignedByAccount(household, digest, signature), NotSignedByHousehold(household));
        History.Values storage keys = _keys[meter][household];
        (, uint64 latest) = keys.valueAt(type(uint64).max);
        require(key != 0 && from > latest, NotLater(from, latest));
        keys.set(terms.latestClosed(), from, key);
        emit EncryptionKeyAnnounced(meter, household, key, from);
    }

    /// @notice Publishes the suggestions of a slot, once, between its clearing and its end. Only the slot's market operator.
    function publishSuggestions(uint64 slot, bytes calldata ciphertexts) external {
        address operator = terms.operatorAt(slot);
        require(_msgSender() == operator, NotTheOperator(_msgSender(), operator));
        bool cleared = market.hasSet(slot) && market.clearingRecords(slot) != 0;
        bool over = block.timestamp >= (uint256(slot) + 1) * terms.slotSeconds();
        require(cleared && !over, NotTheTime(slot));
        require(ciphertexts.length % CIPHERTEXT_LENGTH == 0, WrongLength(ciphertexts.length));
        require(!isPublished[slot], AlreadySuggested(slot));
        isPublished[slot] = true;
        emit SuggestionsPublished(slot, ciphertexts);
    }

    /// @notice The key that suggestions for a meter are encrypted to in a slot, 0 if its household has none.
    function encryptionKeyAt(bytes32 meter, uint64 slot) external view returns (bytes32 key) {
        (key,) = _keys[meter][terms.householdOf(meter, slot)].valueAt(slot);
    }
}
