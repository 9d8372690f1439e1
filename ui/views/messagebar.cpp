// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/messagebar.h"

#include "ui/icons.h"
#include "ui/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace birblens {

namespace {

constexpr int kMost = 3;
constexpr int kInfoMilliseconds = 12000;

QString iconName(Message::Level level)
{
    switch (level) {
    case Message::Level::Info:
        return QStringLiteral("info");
    case Message::Level::Warning:
        return QStringLiteral("warning");
    case Message::Level::Problem:
        return QStringLiteral("problem");
    }
    return {};
}

/** One line: a coloured edge, a picture, the sentence, a cross. */
class Line : public QWidget
{
public:
    Line(const Message &message, MessageBar *bar)
        : QWidget(bar)
        , m_level(message.level)
        , m_text(message.text)
        , m_label(new QLabel(this))
    {
        auto *row = new QHBoxLayout(this);
        row->setContentsMargins(2 * kUnit, kUnit / 2, kUnit / 2, kUnit / 2);
        row->setSpacing(kUnit);
        auto *picture = new QLabel(this);
        picture->setPixmap(icon(iconName(m_level)).pixmap(QSize(16, 16), devicePixelRatioF()));
        row->addWidget(picture);
        if (message.links.isEmpty()) {
            m_label->setTextFormat(Qt::PlainText);
            m_label->setText(message.text);
        } else {
            m_label->setTextFormat(Qt::RichText);
            QString text = message.text.toHtmlEscaped();
            for (const Message::Link &link : message.links)
                text += QStringLiteral(" <a href=\"%1\">%2</a>")
                            .arg(link.address.toHtmlEscaped(), link.words.toHtmlEscaped());
            m_label->setText(text);
        }
        m_label->setWordWrap(true);
        m_label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse |
                                         Qt::LinksAccessibleByKeyboard);
        m_label->setFocusPolicy(Qt::TabFocus);
        connect(m_label, &QLabel::linkActivated, bar, &MessageBar::linkActivated);
        row->addWidget(m_label, 1);
        auto *close = new QToolButton(this);
        close->setIcon(icon(QStringLiteral("close")));
        close->setAutoRaise(true);
        close->setToolTip(MessageBar::tr("Dismiss this message"));
        close->setAccessibleName(close->toolTip());
        connect(close, &QToolButton::clicked, this, &QObject::deleteLater);
        row->addWidget(close);
        if (m_level == Message::Level::Info)
            QTimer::singleShot(kInfoMilliseconds, this, &QObject::deleteLater);
    }

    QString text() const { return m_text; }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const ThemeColors &c = themeColors();
        const QColor edge = m_level == Message::Level::Info      ? c.accent
                            : m_level == Message::Level::Warning ? c.warn
                                                                 : c.bad;
        QColor fill = edge;
        fill.setAlphaF(0.14F);
        QPainter painter(this);
        painter.fillRect(rect(), palette().base());
        painter.fillRect(rect(), fill);
        painter.fillRect(QRect(0, 0, 4, height()), edge);
    }

private:
    Message::Level m_level;
    QString m_text;
    QLabel *m_label;
};

} // namespace

MessageBar::MessageBar(QWidget *parent)
    : QWidget(parent)
    , m_lines(new QVBoxLayout(this))
{
    m_lines->setContentsMargins(0, 0, 0, 0);
    m_lines->setSpacing(1);
    setAccessibleName(tr("Messages"));
}

void MessageBar::show(const Message &message)
{
    if (newest() == message.text)
        return;
    m_lines->insertWidget(0, new Line(message, this));
    while (m_lines->count() > kMost) {
        QLayoutItem *last = m_lines->takeAt(m_lines->count() - 1);
        last->widget()->deleteLater();
        delete last;
    }
}

int MessageBar::count() const
{
    return m_lines->count();
}

QString MessageBar::newest() const
{
    const QLayoutItem *first = m_lines->itemAt(0);
    return first ? static_cast<const Line *>(first->widget())->text() : QString();
}

void MessageBar::dismissAll()
{
    while (QLayoutItem *item = m_lines->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
}

} // namespace birblens
