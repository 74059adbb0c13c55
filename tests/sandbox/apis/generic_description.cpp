#include "tests/sandbox/apis/generic_description.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

// Reads the members of one object and notices those that nobody read.
class members {
 public:
  members(const json::value& v, std::string where) : where_(std::move(where)) {
    if (!v.is_object()) wrong("", "must be an object");
    all_ = &v.get_object();
  }
  // Called at the end: a member that is not known is a typing mistake.
  void all_read() const {
    for (const auto& member : *all_)
      if (!read_.contains(std::string{member.key()}))
        wrong(member.key(), "is not known; known are " + known());
  }

  const json::value* find(std::string_view name) {
    read_[std::string{name}] = true;
    return all_->if_contains(name);
  }
  void take(std::string_view name, std::string& to) {
    const json::value* v = find(name);
    if (v == nullptr) return;
    if (!v->is_string()) wrong(name, "must be a string");
    to = v->get_string().c_str();
  }
  void take(std::string_view name, bool& to) {
    const json::value* v = find(name);
    if (v == nullptr) return;
    if (!v->is_bool()) wrong(name, "must be true or false");
    to = v->get_bool();
  }
  template <class Number>
  void take_number(std::string_view name, Number& to) {
    const json::value* v = find(name);
    if (v == nullptr) return;
    if (!v->is_int64() || v->get_int64() < 1) wrong(name, "must be a whole number");
    to = static_cast<Number>(v->get_int64());
  }
  void take(std::string_view name, json::value& to) {
    if (const json::value* v = find(name)) to = *v;
  }
  template <class Choice>
  void take_one_of(std::string_view name, Choice& to,
                   std::initializer_list<std::pair<const char*, Choice>> choices) {
    std::string text, names;
    take(name, text);
    if (text.empty()) return;
    for (const auto& [word, value] : choices) {
      if (text == word) {
        to = value;
        return;
      }
      names += (names.empty() ? "" : ", ") + std::string{word};
    }
    wrong(name, "must be one of " + names);
  }
  [[noreturn]] void wrong(std::string_view name, const std::string& what) const {
    throw std::runtime_error("`" + where_ + (where_.empty() || name.empty() ? "" : ".") + std::string{name} +
                             "` " + what);
  }

 private:
  std::string known() const {
    std::string names;
    for (const auto& [name, is] : read_) names += (names.empty() ? "" : ", ") + name;
    return names;
  }

  const json::object* all_ = nullptr;
  std::string where_;
  std::map<std::string, bool> read_;
};

template <class Read>
void inside(members& top, const char* name, const Read& read) {
  const json::value* v = top.find(name);
  if (v == nullptr) return;
  members m{*v, name};
  read(m);
  m.all_read();
}

void put_text(json::string& text, const holes& values) {
  for (const auto& [name, value] : values) {
    const std::string hole = '{' + name + '}';
    const std::string with = value.is_string() ? std::string{value.get_string()} : json::serialize(value);
    for (std::size_t at = text.find(hole); at != json::string::npos; at = text.find(hole, at + with.size()))
      text.replace(at, hole.size(), with);
  }
}

}  // namespace

json::value filled(const json::value& form, const holes& values) {
  if (form.is_object()) {
    json::object out;
    for (const auto& member : form.get_object()) out[member.key()] = filled(member.value(), values);
    return out;
  }
  if (form.is_array()) {
    json::array out;
    for (const json::value& one : form.get_array()) out.push_back(filled(one, values));
    return out;
  }
  if (!form.is_string()) return form;
  json::string text = form.get_string();
  if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
    const auto whole = values.find(std::string{text.subview(1, text.size() - 2)});
    if (whole != values.end()) return whole->second;
  }
  put_text(text, values);
  return json::value(std::move(text));
}

api_description read_description(const json::value& v) {
  api_description d;
  members top{v, ""};
  top.take("root", d.root);
  inside(top, "auth", [&](members& m) {
    m.take("header", d.auth_header);
    m.take("scheme", d.auth_scheme);
  });
  inside(top, "id", [&](members& m) {
    m.take_one_of("type", d.integer_ids, {{"text", false}, {"integer", true}});
    m.take("at", d.id_at);
    if (d.integer_ids) d.id_example = "{n}";
    m.take("example", d.id_example);
  });
  inside(top, "times", [&](members& m) {
    m.take("updated", d.updated);
    m.take("created", d.created);
    m.take_one_of("form", d.times,
                  {{"iso", time_form::iso},
                   {"iso_ms", time_form::iso_ms},
                   {"unix", time_form::unix_s},
                   {"unix_ms", time_form::unix_ms}});
  });
  inside(top, "read", [&](members& m) {
    m.take("method", d.read_method);
    m.take("path", d.read_path);
    m.take("reply", d.read_reply);
  });
  inside(top, "write", [&](members& m) {
    m.take("method", d.write_method);
    m.take("path", d.write_path);
    m.take("fields_at", d.fields_at);
    m.take_one_of("how", d.how,
                  {{"merge", write_mode::merge},
                   {"merge_deep", write_mode::merge_deep},
                   {"replace", write_mode::replace}});
    m.take("reply", d.write_reply);
  });
  inside(top, "list", [&](members& m) {
    m.take("path", d.list_path);
    m.take_one_of("style", d.style,
                  {{"page", list_style::page},
                   {"offset", list_style::offset},
                   {"cursor", list_style::cursor},
                   {"link", list_style::link}});
    m.take_number("size", d.size);
    m.take_number("largest", d.largest);
    m.take("size_parameter", d.size_parameter);
    if (d.style == list_style::offset) d.place_parameter = "offset";
    if (d.style == list_style::cursor) d.place_parameter = "cursor";
    m.take("place_parameter", d.place_parameter);
    m.take_one_of("filter", d.filter, {{"exact", filter_style::exact}, {"contains", filter_style::contains}});
    m.take("reply", d.list_reply);
  });
  inside(top, "whoami", [&](members& m) {
    m.take("path", d.whoami_path);
    m.take("reply", d.whoami_reply);
  });
  inside(top, "guard", [&](members& m) {
    m.take("header", d.guard_header);
    m.take("field", d.guard_field);
    m.take_number("status", d.guard_status);
    if (d.guard_header.empty() == d.guard_field.empty()) m.wrong("", "needs either `header` or `field`");
  });
  inside(top, "idempotency", [&](members& m) {
    m.take("header", d.key_header);
    m.take("required", d.key_required);
    if (d.key_header.empty()) m.wrong("header", "is missing");
  });
  top.take_one_of("unknown", d.unknown,
                  {{"keep", unknown_members::keep},
                   {"drop", unknown_members::drop},
                   {"refuse", unknown_members::refuse}});
  if (const json::value* fields = top.find("fields")) {
    if (!fields->is_object()) top.wrong("fields", "must be an object");
    for (const auto& member : fields->get_object()) {
      members m{member.value(), "fields." + std::string{member.key()}};
      field_form& f = d.fields[std::string{member.key()}];
      m.take("type", f.type);
      m.take("nullable", f.nullable);
      m.take("read_only", f.read_only);
      json::value values;
      m.take("values", values);
      if (values.is_array())
        f.values = values.get_array();
      else if (!values.is_null())
        m.wrong("values", "must be a list");
      static constexpr const char* types[] = {"",        "string", "number", "integer",
                                              "boolean", "array",  "object"};
      if (std::find(std::begin(types), std::end(types), f.type) == std::end(types))
        m.wrong("type", "must be one of string, number, integer, boolean, array, object");
      m.all_read();
    }
  }
  if (const json::value* example = top.find("example")) {
    if (!example->is_object()) top.wrong("example", "must be an object");
    d.example = example->get_object();
  }
  if (const json::value* limits = top.find("limits")) {
    if (!limits->is_object()) top.wrong("limits", "must be an object");
    d.limits = limits->get_object();
    for (const auto& member : d.limits) {
      named_rule trial = rule_called(member.key());
      const std::string why = member.value().is_string()
                                  ? read_rule(std::string_view{member.value().get_string()}, true_day, trial)
                                  : "must be a string";
      if (!why.empty()) top.wrong("limits", std::string{member.key()} + ": " + why);
    }
  }
  inside(top, "throttle", [&](members& m) {
    m.take_number("status", d.throttle_status);
    m.take("retry_after", d.throttle_retry_after);
    m.take("message", d.throttle_message);
  });
  inside(top, "rate_headers", [&](members& m) {
    d.rate_of = "all";
    m.take("of", d.rate_of);
    m.take("limit", d.rate_limit);
    m.take("remaining", d.rate_remaining);
    m.take("reset", d.rate_reset);
    m.take_one_of("reset_is", d.reset_is_left, {{"unix", false}, {"left", true}});
  });
  top.take("error", d.error);
  top.take_number("invalid_status", d.invalid_status);
  top.all_read();
  return d;
}

api_description read_description_file(const std::string& file) {
  if (file.empty()) throw std::runtime_error("--api generic needs --api-file FILE");
  std::ifstream in{file, std::ios::binary};
  if (!in) throw std::runtime_error("cannot read " + file);
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  json::error_code ec;
  const json::value v = json::parse(text, ec);
  if (ec) throw std::runtime_error(file + ": not valid JSON: " + ec.message());
  try {
    return read_description(v);
  } catch (const std::runtime_error& wrong) {
    throw std::runtime_error(file + ": " + wrong.what());
  }
}

}  // namespace sandbox
