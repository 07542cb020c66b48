"""The master data of a hospital as reference tables: their columns, what must hold in them, and how they are asked.

    ledger      accounts, cost centres, department -> account and cost centre
    charges     the charge master: charge code -> revenue code, procedure code, price
    items       the item master: numbers of a product, its units, what it is charged as
    units       unit conversions: exact, along chains, without contradictions
    contracts   item -> contract price, by quantity
    payers      payer -> plan
    identities  which identifiers are one person: MRN, EMPI, account, guarantor; merges
    staff       people who order, perform and document, with their identifiers
    places      locations, and the department and cost centre that they belong to
    stock       lots of an item, with their expiry

Each file declares the struct of a row and a function that declares the table; a hub's flows hold what they need:

    accounts, charge_master = masters.accounts(), masters.charge_master(fed=True)

Lives here: columns, checks over all rows, look-ups that are more than one key. May not: I/O, what a site calls its codes.
Read first: `charges.py`, then `units.py`.
"""

from .charges import ChargeItem, charge_master
from .contracts import ContractPrice, contract_prices, price_of
from .identities import Identity, identifiers_of, identities, merged, record_of, seen
from .items import Item, item_by_gtin, item_master, valid_gtin
from .ledger import Account, CostCentre, Department, accounts, cost_centres, departments
from .payers import Plan, plans
from .places import Place, places
from .staff import StaffMember, staff
from .stock import Lot, stock
from .units import UnitConversion, convert, unit_conversions

__all__ = [
    "Account",
    "ChargeItem",
    "ContractPrice",
    "CostCentre",
    "Department",
    "Identity",
    "Item",
    "Lot",
    "Place",
    "Plan",
    "StaffMember",
    "UnitConversion",
    "accounts",
    "charge_master",
    "contract_prices",
    "convert",
    "cost_centres",
    "departments",
    "identifiers_of",
    "identities",
    "item_by_gtin",
    "item_master",
    "merged",
    "places",
    "plans",
    "price_of",
    "record_of",
    "seen",
    "staff",
    "stock",
    "unit_conversions",
    "valid_gtin",
]
