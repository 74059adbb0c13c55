// A profile of threads and a whole reply to a patch of one, as the first API's documents show it (2.7 KB):
// shared by the tests and the benchmark of engine/api.
#pragma once

#include "engine/api/profile.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace pawl::api::testing {

// A body with what the reader asks to be readable behind it. The bytes there are brackets, so that a parser
// that runs over the end goes wrong instead of stopping by luck.
class padded {
 public:
  explicit padded(std::string_view body) : bytes_(body), size_(body.size()) { bytes_.append(64, '}'); }
  operator std::string_view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::string bytes_;
  std::size_t size_;
};

inline field_spec make_field(std::string name, comparison how, std::string_view echo) {
  field_spec f;
  f.name = std::move(name);
  f.compare = how;
  f.echo = parse_json_path(echo).value_or(json_path{});
  return f;
}

// Positions in thread_profile().fields.
enum thread_field : std::uint16_t {
  status,
  title,
  text,
  assignee_id,
  tag_ids,
  snoozed_until,
  closed_loop,
  ai_draft_sources
};

inline profile thread_profile() {
  profile p;
  p.name = "threads";
  p.resource_path = "/threads/{id}";
  p.fields = {make_field("status", comparison::exact, "status"),
              make_field("title", comparison::exact, "title"),
              make_field("text", comparison::text, "text"),
              make_field("assignee_id", comparison::exact, "assignee.id"),
              make_field("tag_ids", comparison::set, "tags[].id"),
              make_field("snoozed_until", comparison::instant, "snoozed_until"),
              make_field("closed_loop", comparison::none, ""),
              make_field("ai_draft_sources", comparison::exact, "ai_draft_sources")};
  p.reply.id = {{"id"}};
  p.error.code = {*parse_json_path("error.code")};
  p.error.message = {*parse_json_path("error.message")};
  p.error.details = {*parse_json_path("error.details")};
  p.error.request_id = {*parse_json_path("error.request_id")};
  p.whoami.path = "/me";
  p.whoami.account = *parse_json_path("workspace_id");
  p.whoami.scopes = *parse_json_path("scopes");
  return p;
}

inline constexpr std::string_view thread_reply =
    R"({"id":"thr_01HZX3V9K2M4N6P8Q0R2S4T6V8","created_at":"2026-03-02T08:15:30.123Z",)"
    R"("updated_at":"2026-11-23T09:41:07.456Z","title":"Export to CSV \"drops\" umlauts: \u00fc, ö 😀",)"
    R"("text":"<p>Hi team,</p><p>when I export the weekly report as CSV, every umlaut turns into two odd )"
    R"(characters.\nExcel 365, German locale, Windows 11. The JSON export is fine, and so is the PDF. We send )"
    R"(this file to forty customers each Monday, so a fix or at least a work-around would help a lot.</p>)"
    R"(<p>Thanks, Jürgen</p>","pain_level":"HIGH","origin":"email","status":"done","tab":"done",)"
    R"("snoozed_until":"2026-12-01T09:00:00.000Z","last_inbound_message_at":"2026-11-20T17:02:11.000Z",)"
    R"("last_outbound_message_at":null,"last_state_change_at":"2026-11-23T09:41:07.456Z","is_read":true,)"
    R"("contact":{"id":"con_01HZWQ8B7C6D5E4F3G2H1J0K9M","email":"juergen.mueller@customer.example",)"
    R"("name":"Jürgen Müller","image_url":"https://images.example/avatars/con_01HZWQ8B7C6D5E4F3G2H1J0K9M.png",)"
    R"("company_id":"com_01HZWQ7A6B5C4D3E2F1G0H9J8K","is_subscribed":true,"external_ids":{"intercom":null,)"
    R"("hubspot":"88120451","zendesk":null},"created_at":"2025-06-11T10:00:00.000Z",)"
    R"("updated_at":"2026-10-02T12:30:45.000Z"},"company":{"id":"com_01HZWQ7A6B5C4D3E2F1G0H9J8K",)"
    R"("name":"Customer & Sons GmbH","logo_url":null,"domains":["customer.example","customer-sons.example"],)"
    R"("size":420,"revenue":12500000,"status_id":"st_4","status_name":"Customer","tier_id":"ti_2",)"
    R"("tier_name":"Enterprise","owner":{"id":"usr_7","name":"Ana Lima","avatar_url":null},)"
    R"("external_ids":["acc-7781"],"created_at":"2025-06-11T10:00:00.000Z",)"
    R"("updated_at":"2026-09-30T08:00:00.000Z"},"assignee":{"id":"usr_01HZV1A2B3C4D5E6F7G8H9J0K1",)"
    R"("name":"Sam Okafor","email":"sam@vendor.example","image_url":null},)"
    R"("reporter":{"id":"usr_01HZV1ZZZZC4D5E6F7G8H9J0K1","name":"Ana Lima","email":"ana@vendor.example",)"
    R"("image_url":null},"tags":[{"id":"tag_export","name":"Export","color":"#ff8800","icon":"box",)"
    R"("tag_group_id":"tg_1","created_at":"2025-01-01T00:00:00.000Z","updated_at":"2025-01-01T00:00:00.000Z"},)"
    R"({"id":"tag_csv","name":"CSV","color":"#0088ff","icon":"table","tag_group_id":"tg_1",)"
    R"("created_at":"2025-01-01T00:00:00.000Z","updated_at":"2025-01-01T00:00:00.000Z"}],)"
    R"("customer_needs":[{"id":"cn_1","thread_id":"thr_01HZX3V9K2M4N6P8Q0R2S4T6V8","project_id":"prj_9",)"
    R"("issue_id":null,"priority":2,"created_at":"2026-03-02T08:20:00.000Z",)"
    R"("updated_at":"2026-03-02T08:20:00.000Z"}],"external_ids":{"intercom":null,"front":null,)"
    R"("zendesk":"51177","hubspot":null,"plain":null,"productboard":null,"slack_channel":null},)"
    R"("ai_draft_html":null,"ai_draft_sources":[{"type":"doc","title":"CSV encoding","url":"https://d.example/1"}],)"
    R"("ai_draft_generated_at":null,"ai_draft_started_at":null,"ai_draft_error_at":null})";

inline constexpr std::string_view thread_id = "thr_01HZX3V9K2M4N6P8Q0R2S4T6V8";

}  // namespace pawl::api::testing
