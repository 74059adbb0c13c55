// The two small APIs beside the Productlane API: items and documents.
#include "tests/sandbox/apis/productlane.hpp"
#include "tests/sandbox/text.hpp"
#include "tests/sandbox/validation.hpp"

#include <boost/json.hpp>

namespace sandbox {
namespace json = boost::json;

void productlane::serve_item(const call& c, reply& rep) {
  const request& r = c.in;
  if (r.method != "PATCH" && r.method != "PUT" && r.method != "POST") {
    error(rep, 405, "method_not_allowed", "The sandbox does not have this method here.");
    return;
  }
  json::error_code ec;
  const json::value body = json::parse(r.body, ec);
  if (ec || !body.is_object() || !r.has_json()) {
    refuse(rep, {{"", "Expected a JSON object"}});
    return;
  }
  store_.apply_item(c.way.id, r.body);
  rep.applied = true;
  rep.status = 204;
}

void productlane::serve_document(const call& c, reply& rep) {
  const request& r = c.in;
  const std::string& id = c.way.id;
  if (store_.find_document(id) == nullptr) {
    error(rep, 404, "not_found", "Document not found.");
    return;
  }
  if (r.method == "PUT") {
    json::error_code ec;
    const json::value body = json::parse(r.body, ec);
    if (ec || !body.is_object() || !r.has_json()) {
      refuse(rep, {{"", "Expected a JSON object"}});
      return;
    }
    // The server sets the id; everything else is kept as it was sent.
    std::string document{r.body};
    if (!body.get_object().contains("id")) {
      std::string member = "\"id\":";
      append_quoted(member, id);
      if (!body.get_object().empty()) member += ',';
      document.insert(document.find('{') + 1, member);
    }
    store_.put_document(c.way.id, document);
    rep.applied = true;
  } else if (r.method != "GET") {
    error(rep, 405, "method_not_allowed", "The sandbox does not have this method here.");
    return;
  }
  rep.body += *store_.find_document(id);
}

}  // namespace sandbox
