/* conf_foreign.c - one row per option that is refused. */
#include "conf/conf_foreign.h"

#include <stddef.h>
#include <string.h>

static const char access[] = "ting has no passwords and access rules yet";
static const char bridge[] = "ting has no bridges yet";
static const char disk[] = "ting does not keep anything on disk yet";
static const char listeners[] = "ting cannot set this per listener yet";
static const char plugin[] = "ting has no plugins";
static const char proxy[] = "ting does not read the PROXY protocol yet";
static const char tls[] = "ting has no TLS yet";
static const char web[] = "ting has no WebSockets and web pages yet";
static const char obsolete[] = "this has no meaning any more: remove the line";
static const char unknown[] = "ting does not have this yet";

static const struct conf_foreign rows[] = {
	{"accept_protocol_versions", unknown, NULL},
	{"acl_file", access, NULL},
	{"address", bridge, NULL},
	{"addresses", bridge, NULL},
	{"allow_duplicate_messages",
		"overlapping subscriptions always give one message, as MQTT 5 wants it", "false"},
	{"auth_opt_*", plugin, NULL},
	{"auth_plugin", plugin, NULL},
	{"auth_plugin_deny_special_chars", plugin, NULL},
	{"autosave_interval", disk, NULL},
	{"autosave_on_changes", disk, "false"},
	{"bind_interface", unknown, NULL},
	{"bridge_*", bridge, NULL},
	{"cafile", tls, NULL},
	{"capath", tls, NULL},
	{"certfile", tls, NULL},
	{"check_retain_source", access, "false"},
	{"ciphers", tls, NULL},
	{"ciphers_tls1.3", tls, NULL},
	{"cleansession", bridge, NULL},
	{"clientid", bridge, NULL},
	{"clientid_prefixes", access, NULL},
	{"connection", bridge, NULL},
	{"crlfile", tls, NULL},
	{"dhparamfile", tls, NULL},
	{"disable_client_cert_date_checks", tls, "false"},
	{"enable_control_api", unknown, "false"},
	{"enable_proxy_protocol", proxy, NULL},
	{"global_max_clients", unknown, "-1"},
	{"global_max_connections", "ting counts connections per listener: use max_connections",
		"-1"},
	{"global_plugin", plugin, NULL},
	{"http_dir", web, NULL},
	{"idle_timeout", bridge, NULL},
	{"keepalive_interval", bridge, NULL},
	{"keyfile", tls, NULL},
	{"listener_allow_anonymous", listeners, NULL},
	{"listener_auto_id_prefix", listeners, NULL},
	{"local_*", bridge, NULL},
	{"log_facility", "ting uses the facility daemon", NULL},
	{"max_topic_alias_broker", unknown, NULL},
	{"memory_limit", "ting bounds each queue instead: see max_queued_bytes", "0"},
	{"mount_point", unknown, NULL},
	{"notification_topic", bridge, NULL},
	{"notifications", bridge, NULL},
	{"notifications_local_only", bridge, NULL},
	{"packet_buffer_size", "ting has one read buffer of a fixed size", NULL},
	{"password", bridge, NULL},
	{"password_file", access, NULL},
	{"per_listener_settings", listeners, "false"},
	{"persistence", disk, "false"},
	{"persistence_file", disk, NULL},
	{"persistence_location", disk, NULL},
	{"plugin", plugin, NULL},
	{"plugin_load", plugin, NULL},
	{"plugin_opt_*", plugin, NULL},
	{"plugin_use", plugin, NULL},
	{"protocol", web, "mqtt"},
	{"proxy_*", proxy, NULL},
	{"psk_file", tls, NULL},
	{"psk_hint", tls, NULL},
	{"remote_*", bridge, NULL},
	{"require_certificate", tls, "false"},
	{"restart_timeout", bridge, NULL},
	{"retry_interval", obsolete, NULL},
	{"round_robin", bridge, NULL},
	{"start_type", bridge, NULL},
	{"store_clean_interval", obsolete, NULL},
	{"threshold", bridge, NULL},
	{"tls_*", tls, NULL},
	{"topic", bridge, NULL},
	{"trace_level", obsolete, NULL},
	{"try_private", bridge, NULL},
	{"use_identity_as_username", tls, "false"},
	{"use_subject_as_username", tls, "false"},
	{"use_username_as_clientid", access, "false"},
	{"username", bridge, NULL},
	{"websockets_*", web, NULL},
};

static bool matches(const char *pattern, const char *name)
{
	size_t fixed = strcspn(pattern, "*");

	return pattern[fixed] == '*' ? strncmp(pattern, name, fixed) == 0
				     : strcmp(pattern, name) == 0;
}

const struct conf_foreign *conf_foreign_find(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (matches(rows[i].name, name))
			return &rows[i];
	return NULL;
}
