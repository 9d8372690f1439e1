// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/birbcamdatabase.h"

#include "core/filepath.h"
#include "core/store/fileidentity.h"
#include "core/store/sqliteconnection.h"
#include "core/store/storevalues.h"
#include "core/store/truelabel.h"
#include "core/utctime.h"

#include <QFileInfo>
#include <QSqlError>
#include <QSqlRecord>

namespace birblens {

namespace {

/** The number that @p count digits at @p at are; -1 when they are none. */
int numberAt(const QString &text, qsizetype at, qsizetype count)
{
    int number = 0;
    for (qsizetype i = at; i < at + count; ++i) {
        const int digit = text.at(i).unicode() - u'0';
        if (digit < 0 || digit > 9)
            return -1;
        number = 10 * number + digit;
    }
    return number;
}

/** The form in which every camera so far writes it, `2021-02-08T10:56:58`, read 20 times quicker.
 */
QDateTime plainTime(const QString &text)
{
    if (text.size() != 19 || text.at(4) != QLatin1Char('-') || text.at(7) != QLatin1Char('-') ||
        text.at(13) != QLatin1Char(':') || text.at(16) != QLatin1Char(':'))
        return {};
    const QDate date(numberAt(text, 0, 4), numberAt(text, 5, 2), numberAt(text, 8, 2));
    const QTime time(numberAt(text, 11, 2), numberAt(text, 14, 2), numberAt(text, 17, 2));
    return date.isValid() && time.isValid() ? QDateTime(date, time, asUtc) : QDateTime();
}

/** The clock's reading in the text, as Qt::UTC: never through local time, which has gaps. */
QDateTime timeFromText(const QString &text)
{
    if (const QDateTime plain = plainTime(text); plain.isValid())
        return plain;
    const QString iso = text.trimmed();
    const QDate date = QDate::fromString(iso.left(10), Qt::ISODate);
    const QTime time = QTime::fromString(
        iso.mid(11, 12).section(QLatin1Char('+'), 0, 0).section(QLatin1Char('Z'), 0, 0),
        Qt::ISODateWithMs);
    return date.isValid() && time.isValid() ? QDateTime(date, time, asUtc) : QDateTime();
}

const QString updateRow =
    QStringLiteral("UPDATE results SET true_label = ? WHERE utc_datetime = ? AND file_name = ?");

} // namespace

struct BirbCamDatabase::Private
{
    std::unique_ptr<SqliteConnection> connection;
    FileIdentity identity;

    /** SQLite happily goes on writing into a file that was deleted or replaced. */
    Result<void> stillThere() const
    {
        const auto now = identityOf(connection->path());
        if (!now)
            return Error{QStringLiteral("The camera's database is gone"), connection->path(),
                         QStringLiteral("Labels are kept and written when it is back")};
        if (*now != identity)
            return Error{QStringLiteral("The camera's database was replaced"), connection->path(),
                         QStringLiteral("It will be opened again")};
        return {};
    }

    /** What a link leads to is somebody else's place. */
    Result<void> mayBeWritten() const
    {
        if (isLink(connection->path()))
            return Error{QStringLiteral("The camera's database is a link to another place, where "
                                        "nothing is written"),
                         connection->path(), QStringLiteral("Open the folder that it leads to")};
        return stillThere();
    }

    /** How many rows that is. */
    Result<int> rows(const RowKey &row) const
    {
        const auto count = connection->value(
            QStringLiteral("SELECT count(*) FROM results WHERE utc_datetime = ? AND file_name = ?"),
            {row.utc, row.fileName});
        if (!count)
            return count.error();
        return count->toInt();
    }
};

BirbCamDatabase::BirbCamDatabase(std::unique_ptr<Private> priv)
    : d(std::move(priv))
{
}

BirbCamDatabase::~BirbCamDatabase() = default;

Result<std::unique_ptr<BirbCamDatabase>> BirbCamDatabase::open(const QString &path,
                                                               int busyMilliseconds)
{
    const auto identity = identityOf(path);
    if (!identity)
        return Error{QStringLiteral("The camera's database is missing"), path,
                     QStringLiteral("Open the folder without it, or put it back")};
    auto connection =
        SqliteConnection::open(path, SqliteConnection::Mode::Existing, busyMilliseconds);
    if (!connection)
        return connection.error();

    QStringList columns;
    {
        // Not QSqlDatabase::record(): that hides why a database cannot be read.
        QSqlQuery query((*connection)->database());
        if (!(*connection)
                 ->prepare(query,
                           QStringLiteral("SELECT name FROM pragma_table_info('results')")) ||
            !(*connection)->run(query))
            return (*connection)->error(query);
        while (query.next())
            columns.append(query.value(0).toString());
        if (query.lastError().isValid())
            return (*connection)->error(query);
    }
    if (columns.isEmpty())
        return Error{
            QStringLiteral("This database has no table \"results\""), path,
            QStringLiteral("Birb Cam's model_results.db is needed; a folder of images opens "
                           "without one")};
    QStringList missing;
    for (const char *name :
         {"utc_datetime", "datetime", "file_name", "prediction", "confidence", "true_label"}) {
        if (!columns.contains(QLatin1String(name)))
            missing.append(QLatin1String(name));
    }
    if (!missing.isEmpty())
        return Error{QStringLiteral("The table \"results\" lacks %1")
                         .arg(missing.join(QStringLiteral(", "))),
                     path, QStringLiteral("It was made by another version of Birb Cam")};

    auto priv = std::make_unique<Private>();
    priv->connection = std::move(*connection);
    priv->identity = *identity;
    return std::unique_ptr<BirbCamDatabase>(new BirbCamDatabase(std::move(priv)));
}

Result<void> BirbCamDatabase::readRows(const std::function<void(BirbCamRow)> &take) const
{
    if (auto there = d->stillThere(); !there)
        return there.error();
    QSqlQuery query(d->connection->database());
    query.setForwardOnly(true);
    if (!d->connection->prepare(
            query,
            QStringLiteral("SELECT utc_datetime, datetime, file_name, prediction, confidence,"
                           " true_label FROM results")) ||
        !d->connection->run(query))
        return d->connection->error(query);
    QHash<QString, QStringList> labels; // few texts, many rows
    while (query.next()) {
        BirbCamRow row;
        row.utc = query.value(0).toString();
        row.fileName = query.value(2).toString();
        row.frame.utc = timeFromText(row.utc);
        row.frame.captureTime = timeFromText(query.value(1).toString());
        const QString prediction = query.value(3).toString();
        auto known = labels.constFind(prediction);
        if (known == labels.constEnd())
            known = labels.insert(prediction, labelsFromText(prediction));
        row.frame.camera = CameraPrediction{*known, query.value(4).toDouble()};
        row.trueLabel = optionalText(query.value(5));
        take(std::move(row));
    }
    if (query.lastError().isValid()) // next() also ends when it fails
        return d->connection->error(query);
    return {};
}

Result<std::optional<QString>> BirbCamDatabase::trueLabel(const RowKey &row) const
{
    if (auto there = d->stillThere(); !there)
        return there.error();
    const auto value = d->connection->value(
        QStringLiteral("SELECT true_label FROM results WHERE utc_datetime = ? AND file_name = ?"),
        {row.utc, row.fileName});
    if (!value)
        return value.error();
    return optionalText(*value);
}

Result<qint64> BirbCamDatabase::dataVersion() const
{
    if (auto there = d->stillThere(); !there)
        return there.error();
    const auto value = d->connection->value(QStringLiteral("PRAGMA data_version"));
    if (!value)
        return value.error();
    return value->toLongLong();
}

Result<void> BirbCamDatabase::setTrueLabels(const QList<Update> &updates)
{
    if (auto writable = d->mayBeWritten(); !writable)
        return writable;
    return d->connection->transaction([&]() -> Result<void> {
        QSqlQuery query(d->connection->database());
        if (!d->connection->prepare(query, updateRow))
            return d->connection->error(query);
        for (const Update &update : updates) {
            const auto alone = d->rows(update.row);
            if (!alone)
                return alone.error();
            if (*alone != 1)
                return Error{*alone == 0
                                 ? QStringLiteral("There is no row for %1").arg(update.row.utc)
                                 : QStringLiteral("There are %1 rows for %2")
                                       .arg(*alone)
                                       .arg(update.row.utc),
                             d->connection->path(),
                             *alone == 0 ? QStringLiteral("The camera may have removed it")
                                         : QStringLiteral("They cannot be told apart")};
            query.bindValue(0, nullableText(update.trueLabel));
            query.bindValue(1, update.row.utc);
            query.bindValue(2, update.row.fileName);
            if (!d->connection->run(query))
                return d->connection->error(query);
        }
        return {};
    });
}

Result<QList<qsizetype>> BirbCamDatabase::replaceTrueLabels(const QList<Update> &updates)
{
    if (auto writable = d->mayBeWritten(); !writable)
        return writable.error();
    QList<qsizetype> refused;
    const auto done = d->connection->transaction([&]() -> Result<void> {
        QSqlQuery query(d->connection->database());
        if (!d->connection->prepare(
                query, updateRow + QStringLiteral(" AND coalesce(true_label, '') = coalesce(?, '')"
                                                  " AND 1 = (SELECT count(*) FROM results"
                                                  " WHERE utc_datetime = ? AND file_name = ?)")))
            return d->connection->error(query);
        for (qsizetype i = 0; i < updates.size(); ++i) {
            const Update &update = updates.at(i);
            query.bindValue(0, nullableText(update.trueLabel));
            query.bindValue(1, update.row.utc);
            query.bindValue(2, update.row.fileName);
            query.bindValue(3, nullableText(update.expected));
            query.bindValue(4, update.row.utc);
            query.bindValue(5, update.row.fileName);
            if (!d->connection->run(query))
                return d->connection->error(query);
            if (query.numRowsAffected() == 0)
                refused.append(i);
        }
        return {};
    });
    if (!done)
        return done.error();
    return refused;
}

} // namespace birblens
