// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/dialogs/storeproblemdialog.h"

#include "core/review/reviewsession.h"
#include "core/store/storefiles.h"
#include "ui/icons.h"
#include "ui/theme.h"

#include <QDate>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>

namespace birblens {

namespace {

QString dateOf(const QString &copy)
{
    const QDate date = QDate::fromString(
        QFileInfo(copy).fileName().section(QLatin1Char('-'), 1).left(10), Qt::ISODate);
    return QLocale().toString(date, QStringLiteral("d MMM yyyy"));
}

} // namespace

StoreProblemDialog::StoreProblemDialog(ReviewSession &session, QWidget *parent)
    : QDialog(parent)
    , m_session(session)
{
    setWindowTitle(tr("Labels Cannot Be Kept"));
    setAttribute(Qt::WA_DeleteOnClose);
    const QString folder = session.day().source().folder;
    const QStringList copies =
        session.storeDamaged() ? storeCopies(Store::pathFor(folder)) : QStringList();

    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(2 * kUnit, 2 * kUnit, 2 * kUnit, 2 * kUnit);
    grid->setHorizontalSpacing(2 * kUnit);
    grid->setVerticalSpacing(2 * kUnit);
    auto *picture = new QLabel(this);
    picture->setPixmap(icon(QStringLiteral("problem")).pixmap(QSize(32, 32), devicePixelRatioF()));
    grid->addWidget(picture, 0, 0, Qt::AlignTop);
    QString text = session.storeProblem() + QLatin1Char('\n') + QLatin1Char('\n') +
                   tr("You can look at the day, but no label, flag or comment can be given.");
    if (!copies.isEmpty())
        text += QLatin1Char(' ') +
                tr("The newest copy of your labels is of %1. What is in its place now is kept "
                   "beside it, under another name.")
                    .arg(dateOf(copies.first()));
    else if (session.storeDamaged())
        text += QLatin1Char(' ') +
                tr("There is no copy of it. An empty store can be begun; the damaged one is kept "
                   "beside it, under another name.");
    auto *label = new QLabel(text, this);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setMinimumWidth(56 * kUnit);
    grid->addWidget(label, 0, 1);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    QPushButton *again = buttons->addButton(tr("Try Again"), QDialogButtonBox::ActionRole);
    again->setToolTip(tr("Opens the day once more"));
    connect(again, &QPushButton::clicked, this, [this, folder] { m_session.openDay(folder); });
    if (session.storeDamaged()) {
        QPushButton *use = buttons->addButton(
            copies.isEmpty() ? tr("Begin an Empty Store")
                             : tr("Use the Copy of %1").arg(dateOf(copies.first())),
            QDialogButtonBox::AcceptRole);
        use->setDefault(true);
        connect(use, &QPushButton::clicked, this,
                [this, copy = copies.value(0)] { replace(copy); });
    }
    grid->addWidget(buttons, 1, 0, 1, 2);
    connect(&session, &ReviewSession::dayOpened, this, &QDialog::close);
}

void StoreProblemDialog::replace(const QString &copy)
{
    const auto kept = m_session.replaceStore(copy);
    if (!kept)
        m_session.say(Message::Level::Problem, kept.error().sentence());
    else if (!kept->isEmpty())
        m_session.say(Message::Level::Info,
                      tr("The damaged store is kept as %1.").arg(QDir::toNativeSeparators(*kept)));
}

} // namespace birblens
