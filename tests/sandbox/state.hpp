// The threads of the sandbox workspace, and what a PATCH does to them. Values only: other files decide about
// requests, limits and faults, and have validated what arrives here.
#pragma once

#include "tests/sandbox/entities.hpp"
#include "tests/sandbox/request.hpp"

#include <boost/json/fwd.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sandbox {

// The five states behind the three values of `status` (migration guide).
enum class stored_state : std::uint8_t { fresh, unsnoozed, snoozed, processed, completed };
std::string_view status_text(stored_state);  // open, snoozed, done
std::string_view tab_text(stored_state);     // new, open, snoozed, done

inline constexpr std::array<std::string_view, 4> pain_levels{"UNKNOWN", "LOW", "MEDIUM", "HIGH"};
inline constexpr std::array<std::string_view, 23> origins{"in_app",
                                                          "portal",
                                                          "support_portal",
                                                          "email",
                                                          "slack",
                                                          "slack_connect",
                                                          "intercom",
                                                          "intercom_attachment",
                                                          "zendesk",
                                                          "zendesk_attachment",
                                                          "front_attachment",
                                                          "zapier",
                                                          "hubspot",
                                                          "plain",
                                                          "productboard",
                                                          "api",
                                                          "live_chat",
                                                          "ai_chat",
                                                          "calendar",
                                                          "widget",
                                                          "teams",
                                                          "linear",
                                                          "upvote"};
inline constexpr std::uint8_t origin_live_chat = 16;

// What only some threads have. It is kept apart, so that 100,000 untouched threads stay small.
struct thread_extras {
  std::optional<std::string> text;  // absent: the seeded text
  std::optional<std::string> project_id;
  std::optional<std::string> ai_draft_html;
  std::string ai_draft_sources = "null";  // JSON
  std::string external_ids = "{}";        // JSON
  time_us ai_draft_generated_at = no_time, ai_draft_started_at = no_time, ai_draft_error_at = no_time;
  std::uint32_t slack_notices = 0, email_notices = 0;
  std::uint32_t hand_edits = 0;
  std::deque<std::string> bodies;  // the last accepted PATCH bodies as they came, oldest first
};

// How the API answers about a resource that is gone: 404 not_found or 403 forbidden; it documents both.
enum class presence : std::uint8_t { here, gone_404, gone_403 };

struct thread : traffic {
  std::string id;
  std::optional<std::string> title;
  std::vector<entity_ref> tags;
  time_us created_at = 0, updated_at = 0, snoozed_until = no_time;
  time_us last_inbound_at = no_time, last_outbound_at = no_time, last_state_change_at = no_time;
  std::unique_ptr<thread_extras> extras;
  std::uint32_t number = 0;  // ordinal; it seeds the made-up content
  entity_ref contact = nobody, company = nobody, assignee = nobody, reporter = nobody;
  std::uint32_t applied = 0;                // PATCH requests that changed it
  std::uint8_t pain_level = 0, origin = 0;  // positions in the lists above
  stored_state state = stored_state::fresh;
  presence where = presence::here;
  bool is_read = true;
  bool closed_loop = false;  // the last value written; replies do not show it
};

struct seed_options {
  std::uint64_t seed = 1;
  std::uint32_t contacts = 500, companies = 100, users = 8;
  time_us now = 0;              // seeded activity lies before it
  bool normalise_html = false;  // text without a tag is returned in <p>...</p>
  std::size_t kept_bodies = 50;
};

// Who made a change.
enum class edit_kind : std::uint8_t {
  client,   // a client of the API: counted as applied, and the body is kept
  by_hand,  // somebody in the web page: counted apart
};

// A resource of the generic API: it has no fixed shape, only what was written to it.
struct item : traffic {
  std::uint64_t applied = 0;
  std::deque<std::string> bodies;  // the last accepted ones, oldest first
};

// All threads of the workspace, and the entities that they refer to. One thread (of execution) at a time.
class store {
 public:
  explicit store(seed_options);

  // Adds a thread with made-up content; false if the id exists. Call sort() after the last call.
  bool add(std::string_view id);
  // Updates the list order: created_at, then id, both descending.
  void sort();

  std::size_t size() const { return threads_.size(); }
  thread* find(std::string_view id);
  const thread* find(std::string_view id) const;
  const thread& at(std::size_t number) const { return threads_[number]; }
  // Threads in list order, as numbers for at().
  const std::vector<std::uint32_t>& listed() const { return listed_; }

  // Applies a valid patch. `body` is its text, which is kept for the truth. Increases updated_at by at least
  // a millisecond.
  void apply(thread&, const boost::json::object& patch, std::string_view body, edit_kind, time_us now);

  // An item is created when it is first asked for.
  item& item_called(const std::string& id) { return items_[id]; }
  void apply_item(const std::string& id, std::string_view body);
  const std::unordered_map<std::string, item>& items() const { return items_; }

  // Documents of an API whose PUT replaces: the last body, byte for byte. Null: there is none.
  const std::string* find_document(const std::string& id) const {
    const auto found = documents_.find(id);
    return found == documents_.end() ? nullptr : &found->second;
  }
  void put_document(const std::string& id, std::string_view body) { documents_[id] = body; }

  std::string_view text_of(const thread&) const;

  directory& entities() { return entities_; }
  const directory& entities() const { return entities_; }
  std::uint64_t notices() const { return notices_; }

 private:
  void set_status(thread&, const boost::json::object& patch, time_us now);
  void keep(std::deque<std::string>& bodies, std::string_view body) const;
  void set_company(thread&, entity_ref, time_us now);

  seed_options options_;
  directory entities_;
  std::vector<std::string> texts_;  // seeded texts, shared
  std::deque<thread> threads_;
  std::unordered_map<std::string_view, std::uint32_t> by_id_;  // keys point into threads_
  std::vector<std::uint32_t> listed_;
  std::unordered_map<std::string, item> items_;
  std::unordered_map<std::string, std::string> documents_;
  std::uint64_t notices_ = 0;
};

// Creates the extras when they are first needed.
thread_extras& extras_of(thread&);

}  // namespace sandbox
