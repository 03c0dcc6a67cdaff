#include "services/auth/adapters/sealed_person.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "services/auth/adapters/person_content.hpp"

namespace gatehouse::auth {

namespace {

crypto::RecordName name_of(std::string_view realm, std::string_view id) {
  return {.service = "auth", .table = "person_cache", .record = fmt::format("{}/{}", realm, id)};
}

std::unexpected<Error> broken(std::string_view why) {
  return fail(ErrorKind::internal, "broken_cache_entry", std::string(why));
}

}  // namespace

// The wrapped key and the sealed record, each in base64, with a dot between them.
Result<std::string> CacheSealer::seal(const Person& person) const {
  const auto fresh = envelope_.create(name_of(person.realm, person.id));
  if (!fresh) return fail(fresh);
  const auto sealed = fresh->first.seal("person", json::serialize(content_of(person)));
  if (!sealed) return fail(sealed);
  return fmt::format("{}.{}", core::to_base64url(fresh->second), core::to_base64url(*sealed));
}

Result<Person> CacheSealer::open(std::string_view realm, std::string_view id, std::string_view sealed) const {
  const auto dot = sealed.find('.');
  if (dot == std::string_view::npos) return broken("no key");
  const auto wrapped = core::from_base64url(sealed.substr(0, dot));
  const auto record = core::from_base64url(sealed.substr(dot + 1));
  if (!wrapped || !record) return broken("not base64url");
  const auto key = envelope_.unlock(name_of(realm, id), *wrapped);
  if (!key) return broken(key.error().reason);
  const auto text = key->open("person", *record);
  if (!text) return broken(text.error().reason);
  const auto object = core::parse_json_object(*text);
  auto person = object ? person_in(*object) : Result<Person>(fail(object));
  if (!person) return broken(person.error().detail);
  person->id = id;
  person->realm = realm;
  return person;
}

}  // namespace gatehouse::auth
