"""The calls about stages, models and reports: how they do, and what was live when."""

from __future__ import annotations

from serving.api.calls.declared import QUESTION, DeclaredCall
from serving.door.media import JSON
from serving.records import models, reports, schemas

_ANY = {"responses": {"200": {"content": {JSON: {"schema": {"type": "object", "description": "As written."}}}}}}

RECORDS: tuple[DeclaredCall, ...] = (
    DeclaredCall(
        "GET", reports.STAGES, reports.get_stages_report, "getStagesReport", schemas.StagesReportSchema, (*QUESTION, 404)
    ),
    DeclaredCall("GET", reports.REPORT, reports.get_report, "getReport", None, (*QUESTION, 404), said=_ANY),
    DeclaredCall("GET", models.MODELS, models.get_models, "getModels", schemas.ModelsSchema, QUESTION),
    DeclaredCall("GET", models.WAS_LIVE, models.get_live_model, "getLiveModel", schemas.WasLiveSchema, (*QUESTION, 404)),
)
