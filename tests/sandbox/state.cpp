#include "tests/sandbox/state.hpp"

#include "tests/sandbox/text.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr time_us one_day = 86'400 * one_second;

std::string made_up_text(std::uint64_t seed) {
  static constexpr std::array<std::string_view, 12> sentences{
      "We would love to export the weekly report as a spreadsheet. ",
      "The search box loses focus after each keystroke on our older laptops. ",
      "Could the mobile app remember the last filter that I used? ",
      "Since the update on Monday the dashboard needs about ten seconds to load. ",
      "Our finance team asks for invoices with a purchase order number &amp; VAT id. ",
      "It would be great if notifications could be muted during the night. ",
      "The integration with our calendar creates every event twice. ",
      "Is there a way to assign several people to one conversation? ",
      "Customers in Zürich and São Paulo see dates in the wrong format. ",
      "Please add a keyboard shortcut for closing a conversation. ",
      "The import stops at row 2,000 without any message. ",
      "Thank you for the quick help yesterday, that solved it! "};
  std::string text = "<p>";
  for (std::uint64_t i = 0; i < 12; ++i) text += sentences[mix(seed + i) % sentences.size()];
  text += "</p>";
  return text;
}

template <std::size_t N>
std::uint8_t position_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return static_cast<std::uint8_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::string_view text_in(const json::value& v) {
  return v.get_string();
}

std::optional<std::string> optional_text(const json::value& v) {
  if (v.is_null()) return std::nullopt;
  return std::string{text_in(v)};
}

bool is_set(const json::object& o, std::string_view name) {
  const json::value* v = o.if_contains(name);
  return v != nullptr && v->is_bool() && v->get_bool();
}

}  // namespace

std::string_view status_text(stored_state s) {
  switch (s) {
    case stored_state::fresh:
    case stored_state::unsnoozed:
      return "open";
    case stored_state::snoozed:
      return "snoozed";
    case stored_state::processed:
    case stored_state::completed:
      break;
  }
  return "done";
}

std::string_view tab_text(stored_state s) {
  return s == stored_state::fresh ? "new" : status_text(s);
}

thread_extras& extras_of(thread& t) {
  if (!t.extras) t.extras = std::make_unique<thread_extras>();
  return *t.extras;
}

store::store(seed_options options) : options_(options) {
  for (std::uint64_t i = 0; i < 16; ++i) texts_.push_back(made_up_text(mix(options_.seed ^ i << 32)));
  for (std::uint32_t i = 1; i <= options_.users; ++i) entities_.user_named("usr_" + std::to_string(i));
  for (std::uint32_t i = 1; i <= options_.companies; ++i) entities_.company_named("com_" + std::to_string(i));
  for (std::uint32_t i = 1; i <= options_.contacts; ++i) {
    const entity_ref c = entities_.contact_named("con_" + std::to_string(i));
    entities_.set_employer(c, options_.companies == 0 ? nobody : c % options_.companies, creation_epoch);
  }
  static constexpr std::array<std::string_view, 12> names{
      "billing", "bug",         "churn risk", "design",      "export",   "feature request",
      "import",  "integration", "mobile",     "performance", "question", "security"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    entities_.add_tag(std::string{"tag_"} + static_cast<char>('a' + i), names[i]);
  }
}

bool store::add(std::string_view id) {
  if (by_id_.contains(id)) return false;
  const auto number = static_cast<std::uint32_t>(threads_.size());
  thread& t = threads_.emplace_back();
  t.id = id;
  t.number = number;
  by_id_.emplace(t.id, number);

  std::uint64_t dice = hash_text(id, options_.seed);
  const auto roll = [&dice](std::uint64_t sides) {
    dice = mix(dice);
    return dice % sides;
  };
  const auto past = [&](std::uint64_t days) {
    return options_.now - static_cast<time_us>(roll(days * 86'400'000)) * 1000;
  };
  // Two threads share each creation time, so that paging has to break ties.
  t.created_at = creation_epoch + static_cast<time_us>(number / 2) * one_second;
  t.last_inbound_at = roll(20) == 0 ? no_time : past(200);
  t.last_outbound_at = roll(3) == 0 ? no_time : past(200);
  t.updated_at = std::max({t.created_at, t.last_inbound_at, t.last_outbound_at});
  if (roll(10) != 0) {
    t.title =
        "Conversation " + std::to_string(number + 1) + (roll(4) == 0 ? ": \"please\", we need this 🚀" : "");
  }
  switch (roll(8)) {
    case 0:
    case 1:
      t.state = stored_state::fresh;
      break;
    case 2:
    case 3:
    case 4:
      t.state = stored_state::unsnoozed;
      break;
    case 5:
      t.state = stored_state::snoozed;
      t.snoozed_until = options_.now + 7 * one_day;
      break;
    case 6:
      t.state = stored_state::processed;
      break;
    default:
      t.state = stored_state::completed;
      t.closed_loop = true;
  }
  t.last_state_change_at = t.state == stored_state::fresh ? no_time : t.updated_at;
  t.pain_level = static_cast<std::uint8_t>(roll(pain_levels.size()));
  // No thread is a live chat: closing one twice is a conflict, and a test that wants that sets the origin.
  do t.origin = static_cast<std::uint8_t>(roll(origins.size()));
  while (t.origin == origin_live_chat);
  t.is_read = roll(4) != 0;
  if (options_.contacts > 0) t.contact = static_cast<entity_ref>(roll(options_.contacts));
  if (t.contact != nobody) t.company = entities_.contacts()[t.contact].employer;
  if (options_.users > 0) {
    if (roll(3) != 0) t.assignee = static_cast<entity_ref>(roll(options_.users));
    t.reporter = static_cast<entity_ref>(roll(options_.users));
  }
  for (std::uint64_t i = roll(4); i > 0; --i) {
    const auto at = static_cast<entity_ref>(roll(12));
    if (std::find(t.tags.begin(), t.tags.end(), at) == t.tags.end()) t.tags.push_back(at);
  }
  if (roll(16) == 0) extras_of(t).ai_draft_error_at = t.updated_at;
  return true;
}

void store::sort() {
  listed_.resize(threads_.size());
  for (std::uint32_t i = 0; i < listed_.size(); ++i) listed_[i] = i;
  std::sort(listed_.begin(), listed_.end(), [this](std::uint32_t a, std::uint32_t b) {
    const thread &x = threads_[a], &y = threads_[b];
    return x.created_at != y.created_at ? x.created_at > y.created_at : x.id > y.id;
  });
}

thread* store::find(std::string_view id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &threads_[found->second];
}

const thread* store::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &threads_[found->second];
}

std::string_view store::text_of(const thread& t) const {
  if (t.extras && t.extras->text) return *t.extras->text;
  return texts_[t.number % texts_.size()];
}

void store::apply(thread& t, const json::object& patch, std::string_view body, edit_kind kind, time_us now) {
  // Replies show milliseconds, and every write must be visible in them.
  t.updated_at = std::max(now, t.updated_at + 1000);

  if (const auto* v = patch.if_contains("text")) {
    std::string text{text_in(*v)};
    if (options_.normalise_html && !text.starts_with('<')) text = "<p>" + text + "</p>";
    extras_of(t).text = std::move(text);
  }
  if (const auto* v = patch.if_contains("title")) t.title = optional_text(*v);
  if (const auto* v = patch.if_contains("pain_level")) t.pain_level = position_of(pain_levels, text_in(*v));
  if (const auto* v = patch.if_contains("assignee_id")) {
    t.assignee = v->is_null() ? nobody : entities_.user_named(text_in(*v));
  }
  if (const auto* v = patch.if_contains("contact_id")) t.contact = entities_.contact_named(text_in(*v));
  if (const auto* v = patch.if_contains("company_id")) {
    set_company(t, v->is_null() ? nobody : entities_.company_named(text_in(*v)), t.updated_at);
  }
  if (const auto* v = patch.if_contains("tag_ids")) {
    t.tags.clear();
    for (const json::value& id : v->get_array()) {
      const entity_ref at = entities_.tag_named(text_in(id));
      if (std::find(t.tags.begin(), t.tags.end(), at) == t.tags.end()) t.tags.push_back(at);
    }
  }
  if (const auto* v = patch.if_contains("project_id")) extras_of(t).project_id = optional_text(*v);
  if (const auto* v = patch.if_contains("closed_loop")) t.closed_loop = v->get_bool();
  set_status(t, patch, t.updated_at);
  if (const auto* v = patch.if_contains("ai_draft_html")) {
    thread_extras& x = extras_of(t);
    x.ai_draft_html = optional_text(*v);
    if (x.ai_draft_html && x.ai_draft_html->empty()) x.ai_draft_html.reset();
    x.ai_draft_generated_at = x.ai_draft_html ? t.updated_at : no_time;
    x.ai_draft_started_at = no_time;
    if (x.ai_draft_html) x.ai_draft_error_at = no_time;
  }
  if (const auto* v = patch.if_contains("ai_draft_sources"))
    extras_of(t).ai_draft_sources = json::serialize(*v);
  if (is_set(patch, "clear_ai_draft_error")) extras_of(t).ai_draft_error_at = no_time;
  if (const auto* v = patch.if_contains("external_ids")) extras_of(t).external_ids = json::serialize(*v);
  if (const auto* v = patch.if_contains("notify")) {
    const json::object& notify = v->get_object();
    const std::uint32_t slack = is_set(notify, "slack"), email = is_set(notify, "email");
    extras_of(t).slack_notices += slack;
    extras_of(t).email_notices += email;
    notices_ += slack + email;
  }

  if (kind == edit_kind::by_hand) {
    ++extras_of(t).hand_edits;
    return;
  }
  ++t.applied;
  if (options_.kept_bodies > 0) keep(extras_of(t).bodies, body);
}

void store::apply_item(const std::string& id, std::string_view body) {
  item& written = items_[id];
  ++written.applied;
  if (options_.kept_bodies > 0) keep(written.bodies, body);
}

void store::keep(std::deque<std::string>& bodies, std::string_view body) const {
  if (bodies.size() == options_.kept_bodies) bodies.pop_front();
  bodies.emplace_back(body);
}

void store::set_status(thread& t, const json::object& patch, time_us now) {
  const auto* until = patch.if_contains("snoozed_until");
  if (until != nullptr) t.snoozed_until = parse_rfc3339(text_in(*until)).value_or(no_time);
  const auto* status = patch.if_contains("status");
  const stored_state before = t.state;
  if (status == nullptr) {
    // Only closed_loop distinguishes the two kinds of done.
    const bool done = t.state == stored_state::processed || t.state == stored_state::completed;
    if (done && patch.contains("closed_loop")) {
      t.state = t.closed_loop ? stored_state::completed : stored_state::processed;
    }
  } else if (text_in(*status) == "open") {
    if (t.state != stored_state::fresh) t.state = stored_state::unsnoozed;  // `open` leaves NEW as it is
  } else if (text_in(*status) == "snoozed") {
    t.state = stored_state::snoozed;
  } else {
    t.state = is_set(patch, "closed_loop") ? stored_state::completed : stored_state::processed;
  }
  if (status != nullptr && t.state != stored_state::snoozed && until == nullptr) t.snoozed_until = no_time;
  if (t.state != before) t.last_state_change_at = now;
}

void store::set_company(thread& t, entity_ref company, time_us now) {
  t.company = company;
  if (t.contact != nobody) entities_.set_employer(t.contact, company, now);
}

}  // namespace sandbox
