// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/reviewsession.h"

#include <QSignalSpy>
#include <QTest>

namespace testing {

using namespace birblens;

/** A session and what it said. */
struct Opened
{
    explicit Opened(const QString &path)
    {
        QObject::connect(&session, &ReviewSession::message, &session,
                         [this](const Message &message) { said.append(message); });
        QObject::connect(&session, &ReviewSession::conflictsFound, &session,
                         [this](int count) { conflictsSaid += count; });
        QSignalSpy opened(&session, &ReviewSession::dayOpened);
        session.openDay(path);
        if (opened.isEmpty() && !opened.wait(20000))
            QTest::qFail("the day was not opened", __FILE__, __LINE__);
    }
    TrueLabel label(const QString &key) const { return record(key).label; }
    LabelRecord record(const QString &key) const
    {
        const int row = session.day().rowOf(key);
        return row < 0 ? LabelRecord() : session.day().at(row).record;
    }
    ReviewState state(const QString &key) const
    {
        return session.day().at(session.day().rowOf(key)).state();
    }
    bool heard(const QString &part, Message::Level level) const
    {
        for (const Message &message : said) {
            if (message.level == level && message.text.contains(part))
                return true;
        }
        return false;
    }

    ReviewSession session;
    QList<Message> said;
    int conflictsSaid = 0;
};

} // namespace testing
