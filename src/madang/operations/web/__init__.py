# SPDX-License-Identifier: Apache-2.0
"""The operator's pages."""

from madang import web
from madang.operations.web import health, hosts, samples, settings, storage, work

routes = [
    web.page("/admin", health.show_health),
    web.page("/admin/jobs", work.list_jobs),
    web.page("/admin/jobs.csv", work.list_jobs_csv),
    web.page("/admin/jobs/{task}/retry", work.create_retry, methods=["POST"]),
    web.page("/admin/jobs/{task}/cancellation", work.create_cancellation, methods=["POST"]),
    web.page("/admin/storage", storage.show_storage),
    web.page("/admin/storage.csv", storage.list_largest_csv),
    web.page("/admin/storage/collections", storage.create_collection, methods=["POST"]),
    web.page("/admin/samples", samples.show_samples),
    web.page("/admin/samples", samples.create_sampling, methods=["POST"]),
    web.page("/admin/samples.csv", samples.list_samples_csv),
    web.page("/admin/settings", settings.show_settings),
    web.page("/admin/settings/{setting}", settings.update_setting, methods=["POST"]),
    web.page("/admin/changes", settings.list_changes),
    web.page("/admin/changes.csv", settings.list_changes_csv),
    web.page("/admin/changes/{change}/undoing", settings.create_undoing, methods=["POST"]),
    web.page("/admin/hosts", hosts.list_hosts),
    web.page("/admin/hosts.csv", hosts.list_hosts_csv),
    web.page("/admin/hosts", hosts.create_host, methods=["POST"]),
    web.page("/admin/hosts/removal", hosts.delete_host, methods=["POST"]),
]
