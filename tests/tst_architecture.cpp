// SPDX-License-Identifier: GPL-3.0-or-later

// Holds the code against the table of rooms in docs/ARCHITECTURE.md.

#include <QDirIterator>
#include <QFile>
#include <QHash>
#include <QRegularExpression>
#include <QTest>

namespace {

const QString sources = QStringLiteral(BIRBLENS_SOURCE_DIR);

struct Room
{
    QString name;
    QStringList includes;
};

/** The texts between backticks. */
QStringList quotedIn(const QString &cell)
{
    static const QRegularExpression quoted(QStringLiteral("`([^`]+)`"));
    QStringList texts;
    for (const QRegularExpressionMatch &match : quoted.globalMatch(cell))
        texts.append(match.captured(1));
    return texts;
}

/** In the order of the page. */
QList<Room> roomsOf(const QString &page)
{
    QList<Room> rooms;
    bool inTable = false;
    for (const QString &line : page.split(QLatin1Char('\n'))) {
        const QStringList cells = line.split(QLatin1Char('|'));
        if (cells.size() != 5)
            inTable = false;
        else if (cells.at(1).trimmed() == QLatin1String("room"))
            inTable = true;
        else if (inTable && !cells.at(1).contains(QLatin1String("---")))
            rooms.append({quotedIn(cells.at(1)).value(0), quotedIn(cells.at(3))});
    }
    return rooms;
}

/** The deepest room that holds @p path; empty: none does. */
QString roomOf(const QString &path, const QList<Room> &rooms)
{
    QString found;
    for (const Room &room : rooms) {
        if (path.startsWith(room.name + QLatin1Char('/')) && room.name.size() > found.size())
            found = room.name;
    }
    return found;
}

QString textOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/** Paths below the tree's root. */
QStringList sourceFiles()
{
    QStringList files;
    for (const char *folder : {"app", "core", "ui"}) {
        QDirIterator entries(sources + QLatin1Char('/') + QLatin1String(folder),
                             {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files,
                             QDirIterator::Subdirectories);
        while (entries.hasNext())
            files.append(entries.next().mid(sources.size() + 1));
    }
    return files;
}

/** "FILE: what it includes and may not", for every such line. */
QStringList forbiddenArrows(const QString &file, const QString &text, const QList<Room> &rooms)
{
    static const QRegularExpression include(QStringLiteral("^#\\s*include ([\"<])([^\">]+)[\">]"),
                                            QRegularExpression::MultilineOption);
    const QString room = roomOf(file, rooms);
    if (room.isEmpty())
        return {file + QStringLiteral(": is in no room")};
    QStringList allowed{room};
    for (const Room &each : rooms) {
        if (each.name == room)
            allowed += each.includes;
    }
    QStringList forbidden;
    for (const QRegularExpressionMatch &match : include.globalMatch(text)) {
        const QString header = match.captured(2);
        if (match.captured(1) == QLatin1String("\"")) {
            if (!allowed.contains(roomOf(header, rooms)))
                forbidden.append(file + QStringLiteral(": ") + header);
        } else if (header.startsWith(QLatin1String("torch/")) ||
                   header.startsWith(QLatin1String("ATen/"))) {
            if (room != QLatin1String("core/model") && room != QLatin1String("core/explain"))
                forbidden.append(file + QStringLiteral(": ") + header);
        }
    }
    return forbidden;
}

} // namespace

class TestArchitecture : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        m_rooms = roomsOf(textOf(sources + QStringLiteral("/docs/ARCHITECTURE.md")));
        QVERIFY2(m_rooms.size() > 5, "docs/ARCHITECTURE.md has no table of rooms");
    }

    void everyRoomIncludesRoomsAboveIt()
    {
        QStringList above;
        for (const Room &room : m_rooms) {
            for (const QString &included : room.includes)
                QVERIFY2(above.contains(included), qPrintable(room.name + " -> " + included));
            above.append(room.name);
        }
    }

    void everyIncludeIsAllowed()
    {
        const QStringList files = sourceFiles();
        QVERIFY(files.size() > 300);
        QStringList forbidden;
        for (const QString &file : files)
            forbidden += forbiddenArrows(file, textOf(sources + QLatin1Char('/') + file), m_rooms);
        QVERIFY2(forbidden.isEmpty(), qPrintable('\n' + forbidden.join(QLatin1Char('\n'))));
    }

    void everyArrowOfTheTableIsThere()
    {
        QStringList unused;
        for (const Room &room : m_rooms) {
            for (const QString &included : room.includes)
                unused.append(room.name + QStringLiteral(" -> ") + included);
        }
        for (const QString &file : sourceFiles()) {
            QList<Room> without = m_rooms;
            for (Room &room : without)
                room.includes.clear();
            const QString from = roomOf(file, m_rooms) + QStringLiteral(" -> ");
            for (const QString &arrow :
                 forbiddenArrows(file, textOf(sources + QLatin1Char('/') + file), without))
                unused.removeAll(from + roomOf(arrow.section(QStringLiteral(": "), 1), m_rooms));
        }
        QVERIFY2(unused.isEmpty(), qPrintable(unused.join(QStringLiteral(", "))));
    }

    void aForbiddenArrowIsFound()
    {
        const auto found = [this](const QString &file, const QString &line) {
            return forbiddenArrows(file, "// a\n" + line + '\n', m_rooms);
        };
        const QString frame = QStringLiteral("core/frames/frame.cpp");
        QVERIFY(found(frame, QStringLiteral("#include \"core/result.h\"")).isEmpty());
        QCOMPARE(found(frame, QStringLiteral("#include \"core/review/day.h\"")),
                 QStringList(QStringLiteral("core/frames/frame.cpp: core/review/day.h")));
        QCOMPARE(found(frame, QStringLiteral("#include <torch/script.h>")).size(), 1);
        QCOMPARE(found(QStringLiteral("core/model/a.cpp"), QStringLiteral("#include <torch/a.h>")),
                 QStringList());
        QCOMPARE(found(QStringLiteral("ui/views/a.h"), QStringLiteral("#include \"a.h\"")).size(),
                 1);
        QCOMPARE(found(QStringLiteral("elsewhere/a.h"), QString()).size(), 1);
    }

private:
    QList<Room> m_rooms;
};

QTEST_GUILESS_MAIN(TestArchitecture)
#include "tst_architecture.moc"
