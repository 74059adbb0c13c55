#include "tests/sandbox/thread_json.hpp"

#include "tests/sandbox/text.hpp"

namespace sandbox {
namespace {

const thread_extras& extras_or_default(const thread& t) {
  static const thread_extras none;
  return t.extras ? *t.extras : none;
}

template <class Entity>
void append_entity(std::string& out, const catalogue<Entity>& from, entity_ref at) {
  if (at == nobody) {
    out += "null";
  } else {
    out += from[at].json;
  }
}

template <class Entity>
void append_id(std::string& out, const catalogue<Entity>& from, entity_ref at) {
  if (at == nobody) {
    out += "null";
  } else {
    append_quoted(out, from[at].id);
  }
}

void append_bool(std::string& out, bool value) {
  out += value ? "true" : "false";
}

void append_count(std::string& out, std::string_view name, std::uint64_t value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_number(out, value);
}

void append_bodies(std::string& out, const std::deque<std::string>& bodies) {
  out += ",\"bodies\":[";
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    if (i > 0) out += ',';
    out += bodies[i];
  }
  out += ']';
}

void append_needs(std::string& out, const thread& t, const thread_extras& x) {
  out += '[';
  if (x.project_id) {
    out += "{\"id\":\"need_";
    append_number(out, t.number);
    out += "\",\"thread_id\":";
    append_quoted(out, t.id);
    out += ",\"project_id\":";
    append_quoted(out, *x.project_id);
    out += ",\"issue_id\":null,\"priority\":0,\"created_at\":";
    append_json_time(out, t.created_at);
    out += ",\"updated_at\":";
    append_json_time(out, t.updated_at);
    out += '}';
  }
  out += ']';
}

void append_draft(std::string& out, const thread_extras& x) {
  out += ",\"ai_draft_html\":";
  append_quoted_or_null(out, x.ai_draft_html);
  out += ",\"ai_draft_sources\":";
  out += x.ai_draft_sources;
  out += ",\"ai_draft_generated_at\":";
  append_json_time(out, x.ai_draft_generated_at);
  out += ",\"ai_draft_started_at\":";
  append_json_time(out, x.ai_draft_started_at);
  out += ",\"ai_draft_error_at\":";
  append_json_time(out, x.ai_draft_error_at);
}

}  // namespace

void append_thread(std::string& out, const store& s, const thread& t, expansion expand) {
  const directory& d = s.entities();
  const thread_extras& x = extras_or_default(t);
  out += "{\"id\":";
  append_quoted(out, t.id);
  out += ",\"created_at\":";
  append_json_time(out, t.created_at);
  out += ",\"updated_at\":";
  append_json_time(out, t.updated_at);
  out += ",\"title\":";
  append_quoted_or_null(out, t.title);
  out += ",\"text\":";
  append_quoted(out, s.text_of(t));
  out += ",\"pain_level\":\"";
  out += pain_levels[t.pain_level];
  out += "\",\"origin\":\"";
  out += origins[t.origin];
  out += "\",\"status\":\"";
  out += status_text(t.state);
  out += "\",\"tab\":\"";
  out += tab_text(t.state);
  out += "\",\"snoozed_until\":";
  append_json_time(out, t.snoozed_until);
  out += ",\"last_inbound_message_at\":";
  append_json_time(out, t.last_inbound_at);
  out += ",\"last_outbound_message_at\":";
  append_json_time(out, t.last_outbound_at);
  out += ",\"last_state_change_at\":";
  append_json_time(out, t.last_state_change_at);
  out += ",\"is_read\":";
  append_bool(out, t.is_read);
  out += ",\"contact\":";
  append_entity(out, d.contacts(), t.contact);
  out += ",\"company\":";
  append_entity(out, d.companies(), t.company);
  out += ",\"assignee\":";
  append_entity(out, d.users(), t.assignee);
  out += ",\"reporter\":";
  append_entity(out, d.users(), t.reporter);
  out += ",\"tags\":[";
  for (std::size_t i = 0; i < t.tags.size(); ++i) {
    if (i > 0) out += ',';
    out += d.tags()[t.tags[i]].json;
  }
  out += "],\"customer_needs\":";
  append_needs(out, t, x);
  out += ",\"external_ids\":";
  out += x.external_ids;
  append_draft(out, x);
  if (expand.messages) out += ",\"messages\":[]";
  if (expand.comments) out += ",\"comments\":[]";
  out += '}';
}

void append_truth(std::string& out, const store& s, const thread& t) {
  const directory& d = s.entities();
  const thread_extras& x = extras_or_default(t);
  append_quoted(out, t.id);
  out += ":{\"status\":\"";
  out += status_text(t.state);
  out += "\",\"tab\":\"";
  out += tab_text(t.state);
  out += "\",\"closed_loop\":";
  append_bool(out, t.closed_loop);
  out += ",\"fully_closed\":";
  append_bool(out, t.state == stored_state::completed);
  out += ",\"title\":";
  append_quoted_or_null(out, t.title);
  if (x.text) {
    out += ",\"text\":";
    append_quoted(out, *x.text);
  }
  out += ",\"pain_level\":\"";
  out += pain_levels[t.pain_level];
  out += "\",\"origin\":\"";
  out += origins[t.origin];
  out += "\",\"snoozed_until\":";
  append_json_time(out, t.snoozed_until);
  out += ",\"assignee_id\":";
  append_id(out, d.users(), t.assignee);
  out += ",\"contact_id\":";
  append_id(out, d.contacts(), t.contact);
  out += ",\"company_id\":";
  append_id(out, d.companies(), t.company);
  out += ",\"tag_ids\":[";
  for (std::size_t i = 0; i < t.tags.size(); ++i) {
    if (i > 0) out += ',';
    append_quoted(out, d.tags()[t.tags[i]].id);
  }
  out += "],\"project_id\":";
  append_quoted_or_null(out, x.project_id);
  append_draft(out, x);
  out += ",\"external_ids\":";
  out += x.external_ids;
  out += ",\"updated_at\":";
  append_json_time(out, t.updated_at);
  out += ",\"deleted\":";
  append_bool(out, t.where != presence::here);
  append_count(out, "reads_seen", t.reads_seen);
  append_count(out, "writes_seen", t.writes_seen);
  append_count(out, "applied", t.applied);
  append_count(out, "hand_edits", x.hand_edits);
  out += ",\"notified\":{\"slack\":";
  append_number(out, x.slack_notices);
  out += ",\"email\":";
  append_number(out, x.email_notices);
  out += "}";
  append_bodies(out, x.bodies);
  out += '}';
}

void append_truth(std::string& out, std::string_view id, const item& written) {
  append_quoted(out, id);
  out += ":{\"writes_seen\":";
  append_number(out, written.writes_seen);
  append_count(out, "applied", written.applied);
  append_bodies(out, written.bodies);
  out += '}';
}

}  // namespace sandbox
