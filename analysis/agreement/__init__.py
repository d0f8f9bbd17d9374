"""Agreement of coders, raters and rankings; each measure in its own module."""

from analysis.agreement.aggregation import AggregationResult, aggregation_agreement
from analysis.agreement.cohen import AgreementResult, KappaWeights, agreement, cohen_kappa, pairwise_table
from analysis.agreement.fleiss import FleissResult, fleiss_kappa, rating_counts
from analysis.agreement.gwet import GwetResult, gwet_ac1
from analysis.agreement.intraclass import IntraclassResult, intraclass_correlation
from analysis.agreement.kendall import KendallWResult, kendall_w
from analysis.agreement.krippendorff import KrippendorffResult, MeasurementLevel, krippendorff_alpha

__all__ = [
    "AggregationResult",
    "AgreementResult",
    "FleissResult",
    "GwetResult",
    "IntraclassResult",
    "KappaWeights",
    "KendallWResult",
    "KrippendorffResult",
    "MeasurementLevel",
    "aggregation_agreement",
    "agreement",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "intraclass_correlation",
    "kendall_w",
    "krippendorff_alpha",
    "pairwise_table",
    "rating_counts",
]
