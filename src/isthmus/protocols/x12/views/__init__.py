"""Documents as the implementation guides lay them out: typed values on top, every loop and segment still reachable below.

A document is read from a transaction set, or built of values and written: `Remittance(transaction)`,
`Remittance(amount=…).write(writer, "0001")`. Amounts that are no numbers raise ParseError, because money is never guessed;
dates that are none read as None, and are a finding.

  declared.py record.py draft.py document.py             how one declaration reads and writes
  fields.py elements.py nested.py periods.py             the kinds of fields
  parties.py adjustments.py health_codes.py statuses.py  what several documents hold
  *_guide.py                                             the guides' loops, as tables
  claim.py remittance.py eligibility_*.py status_*.py claim_acknowledgement.py   the documents
  claim_matching.py                                      a 277CA against the claims that were sent
  supply/                                                the documents of supply, with names of their own

May not live here: what the hub concludes from a document. Read first: `declared.py`, then `remittance.py`.
"""

from .adjustments import Adjustment, ProviderAdjustment
from .claim import BillingLevel, Claim, Claims, OtherInsurance, OtherParty, PatientLevel, SubscriberLevel
from .claim_acknowledgement import (
    Acknowledged,
    AcknowledgedClaim,
    AcknowledgedPatient,
    AcknowledgedProvider,
    AcknowledgedReceiver,
    AcknowledgingSource,
    BatchStatus,
    ClaimAcknowledgement,
    ProviderStatus,
    Receipt,
)
from .claim_lines import Drug, Institutional, Line, LineAdjudication, Professional
from .claim_matching import MatchedClaim, SentClaim, match_claims, sent_claims
from .claim_payment import ClaimPayment, RemarkCode, ServicePayment
from .eligibility_answer import (
    AnsweredMember,
    Benefit,
    Delivery,
    DependentAnswer,
    EligibilityAnswer,
    PatientAnswer,
    ReceiverAnswer,
    RelatedEntity,
    SourceAnswer,
    SubscriberAnswer,
)
from .eligibility_inquiry import (
    BenefitInquiry,
    DependentInquiry,
    EligibilityInquiry,
    InquiredMember,
    PatientInquiry,
    ReceiverInquiry,
    SourceInquiry,
    SubscriberInquiry,
)
from .eligibility_parties import Receiver, Rejection, Source
from .health_codes import HealthCode
from .npi import is_npi, npi_findings
from .parties import (
    Address,
    ClaimProvider,
    Contact,
    Dated,
    Insured,
    Note,
    Organisation,
    Party,
    PayingOrganisation,
    Provider,
    Reference,
    Specialty,
    Submitter,
    Trace,
)
from .periods import Period
from .remittance import Remittance, claim_payments
from .status_answer import (
    AnsweredClaim,
    ClaimStatus,
    DependentStatuses,
    LevelStatus,
    PayerStatuses,
    ProviderStatuses,
    ReceiverStatuses,
    StatusAnswer,
    SubscriberStatuses,
)
from .status_inquiry import (
    ClaimInquiry,
    DependentClaims,
    InquiredClaim,
    InquiredLine,
    PayerClaims,
    ProviderClaims,
    ReceiverClaims,
    StatusInquiry,
    SubscriberClaims,
)
from .status_parties import Payer
from .statuses import LineStatus, Status, StatusCode

__all__ = [
    "Acknowledged",
    "AcknowledgedClaim",
    "AcknowledgedPatient",
    "AcknowledgedProvider",
    "AcknowledgedReceiver",
    "AcknowledgingSource",
    "Address",
    "Adjustment",
    "AnsweredClaim",
    "AnsweredMember",
    "BatchStatus",
    "Benefit",
    "BenefitInquiry",
    "BillingLevel",
    "Claim",
    "ClaimAcknowledgement",
    "ClaimInquiry",
    "ClaimPayment",
    "ClaimProvider",
    "ClaimStatus",
    "Claims",
    "Contact",
    "Dated",
    "Delivery",
    "DependentAnswer",
    "DependentClaims",
    "DependentInquiry",
    "DependentStatuses",
    "Drug",
    "EligibilityAnswer",
    "EligibilityInquiry",
    "HealthCode",
    "InquiredClaim",
    "InquiredLine",
    "InquiredMember",
    "Institutional",
    "Insured",
    "LevelStatus",
    "Line",
    "LineAdjudication",
    "LineStatus",
    "MatchedClaim",
    "Note",
    "Organisation",
    "OtherInsurance",
    "OtherParty",
    "Party",
    "PatientAnswer",
    "PatientInquiry",
    "PatientLevel",
    "Payer",
    "PayerClaims",
    "PayerStatuses",
    "PayingOrganisation",
    "Period",
    "Professional",
    "Provider",
    "ProviderAdjustment",
    "ProviderClaims",
    "ProviderStatus",
    "ProviderStatuses",
    "Receipt",
    "Receiver",
    "ReceiverAnswer",
    "ReceiverClaims",
    "ReceiverInquiry",
    "ReceiverStatuses",
    "Reference",
    "Rejection",
    "RelatedEntity",
    "RemarkCode",
    "Remittance",
    "SentClaim",
    "ServicePayment",
    "Source",
    "SourceAnswer",
    "SourceInquiry",
    "Specialty",
    "Status",
    "StatusAnswer",
    "StatusCode",
    "StatusInquiry",
    "Submitter",
    "SubscriberAnswer",
    "SubscriberClaims",
    "SubscriberInquiry",
    "SubscriberLevel",
    "SubscriberStatuses",
    "Trace",
    "claim_payments",
    "is_npi",
    "match_claims",
    "npi_findings",
    "sent_claims",
]
