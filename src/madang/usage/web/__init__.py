# SPDX-License-Identifier: Apache-2.0
"""Pages of keys, usage, plans and invoices, and those of the operator."""

from madang import web
from madang.usage.web import invoices, keys, operating, plans, requests

routes = [
    web.page("/plans", plans.list_plans),
    web.page("/me/usage", keys.show_usage),
    web.page("/me/keys", keys.create_key, methods=["POST"]),
    web.page("/me/keys/{key_id}/rotation", keys.create_rotation, methods=["POST"]),
    web.page("/me/keys/{key_id}/revocation", keys.create_revocation, methods=["POST"]),
    web.page("/me/keys/{key_id}/pause", keys.create_pause, methods=["POST"]),
    web.page("/me/keys/{key_id}/resumption", keys.create_resumption, methods=["POST"]),
    web.page("/me/usage.csv", keys.list_usage_csv),
    web.page("/me/production-requests", keys.create_request, methods=["POST"]),
    web.page("/production-requests", requests.list_requests),
    web.page("/production-requests/{request_id}", requests.show_request),
    web.page("/production-requests/{request_id}/approval", requests.create_approval, methods=["POST"]),
    web.page("/production-requests/{request_id}/refusal", requests.create_refusal, methods=["POST"]),
    web.page("/production-requests/{request_id}/withdrawal", requests.create_withdrawal, methods=["POST"]),
    web.page("/invoices", invoices.list_invoices),
    web.page("/invoices", invoices.create_drafts, methods=["POST"]),
    web.page("/invoices.csv", invoices.list_invoices_csv),
    web.page("/invoices/{invoice_id}", invoices.show_invoice),
    web.page("/invoices/{invoice_id}/csv", invoices.show_invoice_csv),
    web.page("/invoices/{invoice_id}/issue", invoices.create_issue, methods=["POST"]),
    web.page("/invoices/{invoice_id}/voidance", invoices.create_voidance, methods=["POST"]),
    web.page("/admin/usage", operating.show_usage),
    web.page("/admin/usage.csv", operating.list_usage_csv),
    web.page("/admin/keys/{key_id}/pause", operating.create_pause, methods=["POST"]),
    web.page("/admin/keys/{key_id}/resumption", operating.create_resumption, methods=["POST"]),
    web.page("/admin/plans", plans.list_own_plans),
    web.page("/admin/plans", plans.create_plan, methods=["POST"]),
    web.page("/admin/plans/{plan}/quotas", plans.create_quota, methods=["POST"]),
    web.page("/admin/plans/{plan}/quotas/{quota_id}/removal", plans.delete_quota, methods=["POST"]),
    web.page("/admin/plans/{plan}/prices", plans.create_price, methods=["POST"]),
]
