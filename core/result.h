// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>

#include <optional>
#include <utility>
#include <variant>

namespace birblens {

/** What went wrong, for a person: one clause each, without a full stop. */
struct Error
{
    QString what;  ///< what happened: "The image is cut off after 12 KB"
    QString where; ///< the file, database or layer it happened in; may be empty
    QString hint;  ///< what the person can do; may be empty

    /** The three parts as one message: "where: what. hint." */
    QString sentence() const
    {
        QString text = where.isEmpty() ? what : where + QStringLiteral(": ") + what;
        text += QLatin1Char('.');
        if (!hint.isEmpty())
            text += QLatin1Char(' ') + hint + QLatin1Char('.');
        return text;
    }
};

/** A value, or the reason why there is none. */
template <class T>
class [[nodiscard]] Result
{
public:
    Result(T value)
        : m_content(std::move(value))
    {
    }
    Result(Error error)
        : m_content(std::move(error))
    {
    }

    bool ok() const { return m_content.index() == 0; }
    explicit operator bool() const { return ok(); }

    T &value() { return std::get<0>(m_content); }
    const T &value() const { return std::get<0>(m_content); }
    T &operator*() { return value(); }
    const T &operator*() const { return value(); }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }

    const Error &error() const { return std::get<1>(m_content); }

private:
    std::variant<T, Error> m_content;
};

template <>
class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error)
        : m_error(std::move(error))
    {
    }

    bool ok() const { return !m_error; }
    explicit operator bool() const { return ok(); }
    const Error &error() const { return *m_error; }

private:
    std::optional<Error> m_error;
};

} // namespace birblens
