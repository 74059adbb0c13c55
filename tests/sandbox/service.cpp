#include "tests/sandbox/service.hpp"

#include "tests/sandbox/reply.hpp"
#include "tests/sandbox/thread_json.hpp"

#include <algorithm>
#include <utility>

namespace sandbox {
namespace {

constexpr std::string_view api_root = "/api/v2", thread_root = "/threads/";
constexpr std::string_view item_root = "/v1/items/", document_root = "/v1/documents/";

// `1m`, `10s`, `500ms`: the form of the window in the `details` of the documentation.
std::string window_text(time_us length) {
  if (length % (60 * one_second) == 0) return std::to_string(length / (60 * one_second)) + 'm';
  if (length % one_second == 0) return std::to_string(length / one_second) + 's';
  return std::to_string(length / 1000) + "ms";
}

// The only path segment behind `root`, decoded; absent if there is none, or more than one.
std::optional<std::string> id_behind(std::string_view root, std::string_view path) {
  if (!path.starts_with(root) || path.size() == root.size()) return std::nullopt;
  path.remove_prefix(root.size());
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  return percent_decode(path);
}

}  // namespace

service::service(store& threads, key_ring& keys, journal& log, behaviour how, std::uint64_t seed,
                 std::string workspace)
    : store_(threads),
      keys_(keys),
      journal_(log),
      behaviour_(std::move(how)),
      seed_(seed),
      workspace_(std::move(workspace)) {}

course service::plan(const request& r) {
  course c;
  c.number = ++totals_.requests;
  c.too_many = ++under_way_ > behaviour_.most_in_flight && behaviour_.most_in_flight != 0;
  c.kind = r.method == "GET" || r.method == "HEAD" ? request_class::read : request_class::write;
  ++(c.kind == request_class::read ? totals_.reads : totals_.writes);

  const std::size_t mark = r.target.find('?');
  std::string_view path = r.target.substr(0, mark);
  if (mark != std::string_view::npos) c.query = r.target.substr(mark + 1);
  if (path.starts_with(api_root)) {
    path.remove_prefix(api_root.size());
    if (path == "/me") c.where = endpoint_kind::me;
    if (path == "/tags") c.where = endpoint_kind::tags;
    if (path == "/threads") c.where = endpoint_kind::threads;
    if (auto id = id_behind(thread_root, path)) {
      c.where = endpoint_kind::thread;
      c.id = std::move(*id);
    }
  } else if (auto item = id_behind(item_root, path)) {
    c.where = endpoint_kind::item;
    c.id = std::move(*item);
  } else if (auto document = id_behind(document_root, path)) {
    c.where = endpoint_kind::document;
    c.id = std::move(*document);
  }

  // Random choices depend on the resource and on how often it was asked before, not on the order in which
  // requests for different resources arrive.
  std::uint64_t ordinal = c.number;
  thread* about = c.where == endpoint_kind::thread ? store_.find(c.id) : nullptr;
  if (about != nullptr) {
    ordinal = c.kind == request_class::read ? ++about->reads_seen : ++about->writes_seen;
  } else if (c.where == endpoint_kind::item) {
    ordinal = store_.item_asked(c.id);
  }
  c.dice = hash_text(c.id, mix(seed_ ^ ordinal << 1) + static_cast<std::uint64_t>(c.kind));
  if (page_) {
    c.fault = *page_;
  } else if (c.where != endpoint_kind::me && c.where != endpoint_kind::unknown) {
    const auto scripted = (c.kind == request_class::write ? script_ : read_script_).next(c.id);
    c.fault = scripted ? scripted->what : behaviour_.faults.draw(c.kind, unit_interval(c.dice));
    if (about != nullptr && !scripted) spare(*about, c.fault);
    if (c.fault.is_foreign() && !c.fault.stranger)
      c.fault.stranger = draw_foreign(c.fault.kind->strangers, mix(c.dice + 3));
  }

  if (c.too_many) return c;  // refused at once
  const auto share = [](std::chrono::microseconds whole, double part) {
    return std::chrono::microseconds{static_cast<std::int64_t>(static_cast<double>(whole.count()) * part)};
  };
  const auto whole = behaviour_.delay + share(behaviour_.delay_jitter, unit_interval(mix(c.dice + 1)));
  switch (behaviour_.count_at) {
    case count_point::arrival:
      break;
    case count_point::reply:
      c.before = whole;
      break;
    case count_point::random:
      c.before = share(whole, unit_interval(mix(c.dice + 2)));
      break;
  }
  c.after = whole - c.before;
  if (c.fault.has(afterwards::slowly)) c.after += behaviour_.slow;
  return c;
}

// Keeps random foreign replies about one thread apart. If every attempt for a thread were refused so while
// the API is well, no client could tell the refusals from the API's own.
void service::spare(thread& t, fault& f) {
  constexpr std::uint8_t spared_requests = 3;  // a read, a write, a read
  if (t.spared_from_strangers > 0) {
    --t.spared_from_strangers;
    if (f.is_foreign()) f = {};
  } else if (f.is_foreign()) {
    t.spared_from_strangers = spared_requests;
  }
}

void service::answer(const request& r, const course& c, time_us now, outgoing& out) {
  body_.clear();
  reply rep{body_};
  rep.request_id = "req_0000000000000000";
  std::uint64_t id_bits = mix(seed_ ^ mix(c.number));
  for (std::size_t i = 0; i < 16; ++i, id_bits >>= 4)
    rep.request_id[4 + i] = "0123456789abcdef"[id_bits & 15];

  const bool is_generic = c.where == endpoint_kind::item || c.where == endpoint_kind::document;
  const key_check who =
      is_generic ? keys_.check_secret(r.api_key, rep.key) : keys_.check(r.authorization, rep.key);
  const std::uint64_t notices = store_.notices();
  if (kept_from_the_api(c, rep) || forced(c, rep) || refused_as_too_many(c, rep)) {
    // One of these has filled the reply.
  } else if (who == key_check::accepted) {
    answer_accepted(r, c, *rep.key, now, rep);
  } else {
    ++totals_.unauthenticated;
    if (who == key_check::old_version) {
      rep.error(410, "unsupported_key_version", "Version 1 keys do not work here: use a v2 key.");
    } else {
      rep.error(401, "unauthenticated", "Missing or invalid bearer token.");
    }
  }

  write_wire(r, c, rep, now, out);
  if (rep.how != delivery::drop && rep.how != delivery::hold) ++totals_.by_status[rep.status];
  for (const fault_kind* kind : {rep.fault.kind, rep.fault.with}) {
    if (kind != nullptr) ++totals_.injected[static_cast<std::size_t>(kind - fault_kinds.data())];
  }
  if (rep.applied) ++totals_.applied;

  journal_entry e;
  e.request = c.number;
  e.connection = r.connection;
  e.arrived = r.arrived;
  e.counted = rep.counted;
  e.answered = now;
  e.method = r.method;
  e.path = r.target;
  e.id = c.id;
  e.body = r.body;
  if (rep.key != nullptr) e.key = rep.key->id;
  e.request_id = rep.request_id;
  e.status = out.status;
  const std::string fault_name = rep.fault.name();
  e.fault = fault_name;
  e.applied = rep.applied;
  e.notices = store_.notices() - notices;
  journal_.add(e);
}

// A foreign reply checks no key, and no limit counts the request.
bool service::kept_from_the_api(const course& c, reply& rep) {
  if (!c.fault.is_foreign() || c.fault.kind->on_state != effect::not_applied) return false;
  rep.fault = c.fault;
  distort(c, rep);
  return true;
}

bool service::forced(const course& c, reply& rep) {
  auto& f = behaviour_.forced;
  if (!f || (f->only && *f->only != c.kind)) return false;
  if (f->times && *f->times == 0) return false;
  if (f->times) --*f->times;
  rep.error(f->status, f->code, f->message);
  rep.location = f->location;
  if (f->status == 429) rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
  return true;
}

bool service::refused_as_too_many(const course& c, reply& rep) {
  if (!c.too_many) return false;
  ++totals_.refused_as_too_many;
  if (behaviour_.over_status == 429)
    rep.error(429, "too_many_requests", "Too many requests at the same time.");
  else
    rep.error(503, "overloaded", "Too many requests at the same time.");
  return true;
}

void service::answer_accepted(const request& r, const course& c, api_key& key, time_us now, reply& rep) {
  limiter& limits = key.limits(c.kind);
  const limiter::verdict verdict = limits.count(now);
  if (!verdict.allowed) {
    ++(c.kind == request_class::read ? totals_.throttled_reads : totals_.throttled_writes);
    const window_limit& w = limits.rules().windows[verdict.window];
    rep.error(429, "rate_limited", "Rate limit exceeded.",
              "{\"limit\":" + std::to_string(w.limit) + ",\"window\":\"" + window_text(w.length) + "\"}");
    rep.retry_after = std::max<std::uint64_t>(1, whole_seconds(verdict.free_at - now));
    if (limits.rules().count_refused) rep.counted = now;
    return;
  }
  rep.counted = now;

  if (!c.fault) {
    serve(r, c, key, now, rep);
    return;
  }
  rep.fault = c.fault;
  if (c.fault.kind->on_state == effect::not_applied) {
    distort(c, rep);
    return;
  }
  std::string before;
  if (c.fault.kind->answer == answer_kind::old_thread) {
    if (const thread* t = store_.find(c.id)) append_thread(before, store_, *t);
  }
  serve(r, c, key, now, rep);
  if (!before.empty() && rep.status == 200) rep.body = std::move(before);
  distort(c, rep);
}

// Changes a reply as the fault demands.
void service::distort(const course& c, reply& rep) {
  const thread* about = store_.find(c.id);
  switch (c.fault.kind->answer) {
    case answer_kind::regular:
      break;
    case answer_kind::error:
      if (c.fault.kind->status == 500) {
        rep.error(500, "internal_error", "Something went wrong.");
      } else {
        rep.status = c.fault.kind->status;
        rep.content_type = "text/html";
        rep.body = gateway_page(c.fault.kind->status);
      }
      if (c.fault.kind->name.starts_with("e503-retry")) {
        rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
      }
      break;
    case answer_kind::throttled:
      rep.error(429, "rate_limited", "Rate limit exceeded.");
      rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
      break;
    case answer_kind::nothing:
      rep.how = delivery::drop;
      break;
    case answer_kind::half:
      rep.how = delivery::send_and_drop;
      break;
    case answer_kind::not_json:
      rep.status = 200;
      rep.body = "{\"id\":\"\xc3\x28\x01, \"status\": dnoe, [[[";
      break;
    case answer_kind::not_http:
      rep.how = delivery::send_and_drop;
      break;
    case answer_kind::other_thread:
      if (about == nullptr || rep.status != 200 || store_.size() < 2) {
        rep.fault = {};
        break;
      }
      rep.body.clear();
      append_thread(rep.body, store_, store_.at((about->number + 1) % store_.size()));
      break;
    case answer_kind::old_thread:
      if (about == nullptr || about->where != presence::here) {
        rep.error(404, "not_found", "Thread not found.");
        rep.fault = {};
      } else if (c.fault.kind->on_state == effect::not_applied) {
        rep.status = 200;
        append_thread(rep.body, store_, *about);
      }
      break;
    case answer_kind::silence:
      rep.how = delivery::hold;
      break;
    case answer_kind::foreign:
      rep.foreign = true;
      rep.status = c.fault.stranger->status;
      rep.content_type = content_type_of(c.fault.stranger->body);
      rep.body.clear();
      append_foreign_body(rep.body, *c.fault.stranger, c.dice);
      rep.location = rep.status / 100 == 3 ? "https://elsewhere.example/login" : "";
      rep.retry_after.reset();
      if (c.fault.stranger->retry_after)
        rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
      break;
  }
  if (c.fault.has(afterwards::close_announced)) rep.announce_close = true;
  if (rep.how != delivery::send) return;  // the answer itself ends the connection
  if (c.fault.has(afterwards::close_unannounced)) rep.how = delivery::send_and_drop;
  if (c.fault.has(afterwards::in_drops)) rep.how = delivery::dribble;
}

}  // namespace sandbox
